"""Label selectors, exactly as Kubernetes defines them."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from policies.policy.parts import DocumentPart
from policies.problems import FieldError, shown

_NAME_PATTERN = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_PREFIX_PATTERN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME = re.compile(_NAME_PATTERN)
_PREFIX = re.compile(_PREFIX_PATTERN)
_LONGEST_NAME = 63
_LONGEST_PREFIX = 253
_LONGEST_KEY = _LONGEST_PREFIX + 1 + _LONGEST_NAME

_NAME_RULE = f'at most {_LONGEST_NAME} of letters, digits, "-", "_" and ".", with a letter or digit at both ends'


def _check_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_PREFIX or _PREFIX.fullmatch(prefix) is None):
        raise FieldError(f"{shown(key)} is not a label key: before the slash stands a DNS name such as example.com")
    if len(name) > _LONGEST_NAME or _NAME.fullmatch(name) is None:
        raise FieldError(f"{shown(key)} is not a label key: its name is {_NAME_RULE}")
    return key


def _check_value(value: str) -> str:
    if len(value) > _LONGEST_NAME or (value and _NAME.fullmatch(value) is None):
        raise FieldError(f"{shown(value)} is not a label value: it is empty or {_NAME_RULE}")
    return value


LabelKey = Annotated[
    str,
    AfterValidator(_check_key),
    WithJsonSchema(
        {"type": "string", "maxLength": _LONGEST_KEY, "pattern": f"^({_PREFIX_PATTERN}/)?{_NAME_PATTERN}$"},
    ),
]
LabelValue = Annotated[
    str,
    AfterValidator(_check_value),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_NAME, "pattern": f"^({_NAME_PATTERN})?$"}),
]


class Operator(StrEnum):
    """How a requirement compares a label with its values."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class Requirement(DocumentPart):
    """One entry of matchExpressions."""

    key: LabelKey = Field(description="The label it looks at.")
    operator: Operator = Field(description="NotIn and DoesNotExist also match where the label is missing.")
    values: tuple[LabelValue, ...] = Field(default=(), description="Needed by In and NotIn, forbidden otherwise.")

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        if self.operator in (Operator.IN, Operator.NOT_IN):
            if not self.values:
                raise FieldError(f"{self.operator} needs at least one value", field="values")
        elif self.values:
            raise FieldError(f"{self.operator} takes no values; remove them", field="values")
        return self

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels meet this requirement."""
        if self.operator is Operator.EXISTS:
            return self.key in labels
        if self.operator is Operator.DOES_NOT_EXIST:
            return self.key not in labels
        is_listed = labels.get(self.key) in self.values
        return is_listed if self.operator is Operator.IN else not is_listed


class LabelSelector(DocumentPart):
    """Labels and expressions that must all hold. An empty selector matches everything."""

    match_labels: dict[LabelKey, LabelValue] = Field(default={}, description="Labels with exactly these values.")
    match_expressions: tuple[Requirement, ...] = Field(default=(), description="Requirements that must all hold.")

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a workload with these labels is selected."""
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            requirement.matches(labels) for requirement in self.match_expressions
        )
