"""Public holidays of a country or a part of it, as days that differ. Which days they are is told from outside."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, model_validator

from policies.policy.keep import Keep
from policies.policy.parts import DocumentPart
from policies.problems import FieldError, shown

HolidaySource = Callable[[str, str], Mapping[date, str]]
"""From country and subdivision ("" for none) to the days and what they are called, for some years around today.

Raises FieldError where it does not know them.
"""

SOURCE: Final = "holidays"
"""The key of the source in pydantic's validation context."""

_LONGEST_CODE = 3
_LONGEST_SUBDIVISION = 32


def _check_country(code: str) -> str:
    if len(code) <= _LONGEST_CODE and code.isascii() and code.isalpha() and code.isupper():
        return code
    raise FieldError(f"{shown(code)} is not a country; use its ISO 3166 code such as DE")


class PublicHolidays(DocumentPart):
    """The public holidays of a country or region; each is a whole day in the schedule's time zone."""

    country: Annotated[str, AfterValidator(_check_country), Field(json_schema_extra={"maxLength": _LONGEST_CODE})] = (
        Field(description="The ISO 3166 code of the country, such as DE.")
    )
    subdivision: Annotated[str, Field(max_length=_LONGEST_SUBDIVISION)] = Field(
        default="", description="The code of a part of it, such as BE for Berlin."
    )
    keep: Keep = Field(description="Awake: nothing sleeps on them. Asleep: sleep around the clock.")
    _days: Mapping[date, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _learn(self, info: ValidationInfo) -> Self:
        context: Mapping[str, Any] = info.context or {}
        source: HolidaySource | None = context.get(SOURCE)
        if source is None:
            raise FieldError("the days of public holidays are not known here", field="country")
        self._days = source(self.country, self.subdivision)
        return self

    @property
    def region(self) -> str:
        """The country, or the part of it, as people write it: `DE-BE`."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    def name_of(self, day: date) -> str | None:
        """What a day is called, or None where it is no holiday."""
        return self._days.get(day)

    def days(self) -> Iterator[date]:
        """All days that are known."""
        return iter(self._days)
