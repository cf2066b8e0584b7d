"""What is wrong with a policy document: many problems at once, each with its place and one sentence."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

FieldPath = tuple[str | int, ...]
"""Where a value stands in a document: `("spec", "scope", "namespaces", "include", 0)`."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"'([^']*)'")
_SHOWN_LENGTH = 60

_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "unknown field",
    "bool_type": "must be true or false, not {value}",
    "int_type": "must be a whole number, not {value}",
    "int_from_float": "must be a whole number, not {value}",
    "int_parsing": "must be a whole number, not {value}",
    "int_parsing_size": "must be a smaller number",
    "float_type": "must be a number, not {value}",
    "float_parsing": "must be a number, not {value}",
    "finite_number": "must be a finite number, not {value}",
    "string_type": "must be text, not {value}; put it in quotes",
    "dict_type": "must be a mapping of names to values, not {value}",
    "model_type": "must be a mapping of fields, not {value}",
    "tuple_type": "must be a list, not {value}",
    "too_short": "needs at least one entry",
    "too_long": "has more than {max_length} entries",
    "string_too_long": "is longer than {max_length} characters",
    "greater_than_equal": "must be at least {ge}, not {value}",
    "less_than_equal": "must be at most {le}, not {value}",
}


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One thing that is wrong, as `file.yaml:12: spec.modus: unknown field; did you mean "mode"?`."""

    file: str
    line: int | None
    field: str
    wrong: str
    nearest: str | None = None
    """A valid name close to the one that was written."""
    policy: str | None = None
    """The name of the policy it stands in, where that could be read."""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        hint = "" if self.nearest is None else f'; did you mean "{self.nearest}"?'
        return ": ".join(part for part in (place, self.field, self.wrong + hint) if part)


class PolicyError(Exception):
    """A policy document that cannot be used. Says every problem, one a line."""

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class FieldError(ValueError):
    """What a validator finds wrong, in words for the policy's author; `field` names a field below the one checked."""

    def __init__(self, wrong: str, *, field: str | None = None, nearest: str | None = None) -> None:
        self.field = field
        self.nearest = nearest
        super().__init__(wrong)


def shown(value: object) -> str:
    """A value as it may stand in a sentence: on one line, quoted if text, and short."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str) and len(value) > _SHOWN_LENGTH:
        value = value[:_SHOWN_LENGTH] + "..."
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if isinstance(value, str) or len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "..."


def nearest_name(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` was probably meant to be; capitals do not count."""
    by_folded = {candidate.casefold(): candidate for candidate in valid}
    found = get_close_matches(name.casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def written_path(path: FieldPath) -> str:
    """A path as people write it: `spec.scope.namespaces.include[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{shown(part)}]"
    return text


def line_of(path: FieldPath, lines: Mapping[FieldPath, int]) -> int | None:
    """The line of a path or, where it was not written, of the nearest thing around it."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def translate(
    error: ValidationError,
    *,
    model: type[BaseModel],
    file: str,
    lines: Mapping[FieldPath, int],
    policy: str | None = None,
) -> tuple[PolicyProblem, ...]:
    """The problems that a failed validation of `model` found, in the order of their lines."""
    problems = []
    details = error.errors(include_url=False)
    for detail in details:
        path: FieldPath = detail["loc"]
        if detail["type"] == "too_short" and any(path == other["loc"][:-1] for other in details):
            continue  # pydantic does not count the entries that are wrong themselves
        if path[-1:] == ("[key]",):  # pydantic's mark for a mapping's key
            path = path[:-1]
        context = detail.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, FieldError):
            path = path if cause.field is None else (*path, cause.field)
            wrong, nearest = str(cause), cause.nearest
        else:
            wrong, nearest = say_wrong(detail), None
        if detail["type"] == "extra_forbidden":
            nearest = nearest_name(str(path[-1]), _fields_at(model, path[:-1]))
        elif "expected" in context:
            valid = _QUOTED.findall(context["expected"])
            nearest = nearest_name(str(detail["input"]), valid)
        problems.append(
            PolicyProblem(
                file=file,
                line=line_of(path, lines),
                field=written_path(path),
                wrong=wrong,
                nearest=nearest,
                policy=policy,
            ),
        )
    return tuple(sorted(problems, key=lambda problem: problem.line or 0))


def say_wrong(detail: ErrorDetails) -> str:
    """What pydantic found wrong with one value, in words for whoever typed it."""
    kind, value, context = detail["type"], shown(detail["input"]), detail.get("ctx", {})
    if "expected" in context:
        valid = _QUOTED.findall(context["expected"]) or [context["expected"]]
        return f"{value} is not {valid[0]}" if len(valid) == 1 else f"{value} is not one of {', '.join(valid)}"
    if "error" in context:
        return str(context["error"])
    sentence = _SENTENCES.get(kind, "{value} does not fit here")
    bounds = {name: _write_number(bound) for name, bound in context.items() if name in {"ge", "le"}}
    return sentence.format(value=value, **(context | bounds))


def _write_number(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}"


def _fields_at(model: type[BaseModel], path: FieldPath) -> tuple[str, ...]:
    current = model
    for part in path:
        if isinstance(part, int):
            continue
        field = next((field for name, field in current.model_fields.items() if part in (field.alias, name)), None)
        below = None if field is None else _model_in(field.annotation)
        if below is None:
            return ()
        current = below
    return tuple(field.alias or name for name, field in current.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
