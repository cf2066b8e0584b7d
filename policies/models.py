"""The base of everything that crosses from one room to another, and how it reads what a later version wrote."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, WrapValidator

from policies.wording import as_name, as_reason

PersonName = Annotated[str, AfterValidator(as_name)]
"""Who asks for something: one short line, whatever was typed."""
PersonReason = Annotated[str, AfterValidator(as_reason)]
"""Why they do."""


class Frozen(BaseModel):
    """An immutable value.

    Unknown fields are ignored and every later field needs a default: a sleep outlives deploys and rollbacks, so
    old values meet new code and new values meet old code. Only the policy document refuses what it does not know.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    def replace(self, **changes: Any) -> Self:
        """The same with other values in these fields, which are taken as they are.

        Raises TypeError for an unknown field: `model_copy` would silently carry a misspelt one.
        """
        unknown = changes.keys() - type(self).model_fields.keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        return self.model_copy(update=changes)


class Code(StrEnum):
    """A word out of a list that later versions make longer. One that this version does not know is not an error: it is
    carried and shown as it is, and differs from every known one.

    So each place that asks for known words decides what an unknown one means. In doubt the workload runs, and people
    are told.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown


def unknown_means(word: str) -> WrapValidator:
    """For a field with few words, each of which is acted on: one that this version does not know is read as `word`."""

    def read(value: Any, known: Callable[[Any], Any]) -> Any:
        try:
            return known(value)
        except ValidationError:
            if not isinstance(value, str):
                raise
            return word

    return WrapValidator(read)
