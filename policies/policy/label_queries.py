"""Label selectors as kubectl's `-l` takes them: `tier=web,env!=prod,team in (shop, search),!legacy`."""

import re

from pydantic import ValidationError

from policies.policy.selectors import LabelSelector, Operator, Requirement
from policies.problems import FieldError, shown

_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL = re.compile(r"([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)")
_EXISTS = re.compile(r"(!?)\s*([^=!\s()]+)")
_COMMA = re.compile(r",(?![^(]*\))")
"""A comma that stands in no parentheses."""


def parse_label_query(text: str) -> LabelSelector:
    """The selector that `text` writes. Raises FieldError (a ValueError)."""
    try:
        return LabelSelector(match_expressions=tuple(_read(part.strip()) for part in _COMMA.split(text)))
    except ValidationError as error:
        first = error.errors()[0]
        raise FieldError(str(first.get("ctx", {}).get("error") or first["msg"])) from None


def _read(part: str) -> Requirement:
    if match := _SET.fullmatch(part):
        operator = Operator.IN if match[2] == "in" else Operator.NOT_IN
        return Requirement(key=match[1], operator=operator, values=tuple(map(str.strip, match[3].split(","))))
    if match := _EQUAL.fullmatch(part):
        operator = Operator.NOT_IN if match[2] == "!=" else Operator.IN
        return Requirement(key=match[1], operator=operator, values=(match[3],))
    if match := _EXISTS.fullmatch(part):
        return Requirement(key=match[2], operator=Operator.DOES_NOT_EXIST if match[1] else Operator.EXISTS)
    raise FieldError(f"{shown(part)} is not a label selector such as tier=web, env!=prod, team in (a, b) or !legacy")
