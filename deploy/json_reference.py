"""The reference of what commands print as JSON, as Markdown made from the frozen models of their answers."""  # noqa: INP001

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic._internal._docs_extraction import extract_docstrings_from_cls

from cli.answers.catalog import ANSWERS
from cli.answers.documents import to_camel
from policies.models import Frozen

_INTRODUCTION = """# JSON and YAML

*Generated from `cli/answers/` by `make generate`; do not edit.*

`-o json` and `-o yaml` print one object, and nothing else on standard output. One dialect for all commands:

- Keys are camelCase, as in a policy and in kubectl. Keys that are data stay as they are: reasons, annotations, names.
- Times are ISO 8601 with their zone. Durations are numbers with their unit in the key (`sleptSeconds`, `hours`).
- Money is a number, with its `currency` beside it. All of it is an estimate.
- What is not known is `null`; a sentence that does not apply is empty.
- Keys may be added. That one goes, or changes its type, is a change of version; a test fails until somebody says so.

`explain`, `history` and `pause` print the object below for one workload; for several, `{"items": [...], "failed":
{...}}` with one for each, and by name why others have none.

In a path `[]` stands for each element of a list and `*` for each key of a mapping whose keys are data.
"""


class Key(NamedTuple):
    """One key of an answer."""

    path: str
    type: str
    what: str


def json_reference() -> str:
    """The page, as Markdown."""
    parts = [_INTRODUCTION]
    for command, answer in ANSWERS.items():
        lines = ["| key | type | what |", "|---|---|---|"]
        lines += [f"| `{key.path}` | {key.type} | {key.what} |" for key in keys_of(answer)]
        parts.append(f"## `finops {command}`\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def keys_of(answer: type[Frozen]) -> Iterator[Key]:
    """Every key that an answer may have, the outer ones first."""
    schema = TypeAdapter(answer).json_schema(mode="serialization")
    told = {model.__name__: _docstrings_of(model) for model in _models(Frozen)}
    yield from _below("", schema, _Known(schema.get("$defs", {}), told))


class _Known(NamedTuple):
    definitions: Mapping[str, Any]
    docstrings: Mapping[str, Mapping[str, str]]
    """By the names of models and of fields."""


def _models(base: type[Frozen]) -> Iterator[type[Frozen]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _docstrings_of(model: type[Frozen]) -> dict[str, str]:
    """What its fields mean, those that it inherits among them."""
    bases = [base for base in reversed(model.__mro__) if issubclass(base, Frozen)]
    return {name: text for base in bases for name, text in extract_docstrings_from_cls(base, use_inspect=True).items()}


def _below(path: str, schema: Mapping[str, Any], known: _Known) -> Iterator[Key]:
    """The keys inside of what a schema describes, which itself stands at `path`."""
    for part in _alternatives(schema, known):
        for name, field in part.get("properties", {}).items():
            is_duration = any(each.get("format") == "duration" for each in _alternatives(field, known))
            inner = f"{path}.{to_camel(f'{name}_seconds' if is_duration else name)}".lstrip(".")
            text = known.docstrings.get(part.get("title", ""), {}).get(name) or _describe(field, known)
            yield Key(inner, _type(field, known), _tidy(text))
            yield from _below(inner, field, known)
        if "items" in part:
            yield from _below(f"{path}[]", part["items"], known)
        if isinstance(part.get("additionalProperties"), Mapping):
            yield from _below(f"{path}.*", part["additionalProperties"], known)


def _describe(field: Mapping[str, Any], known: _Known) -> str:
    """What the one model that it may be is."""
    found = {str(part["description"]) for part in _alternatives(field, known) if "properties" in part}
    return found.pop().partition("\n\n")[0] if len(found) == 1 else ""


def _tidy(docstring: str) -> str:
    """In one line, and with JSON's own word for what is not there."""
    text = " ".join(inspect.cleandoc(docstring).split()).replace("|", "\\|")
    return re.sub(r"\bNone\b", "`null`", text)


def _alternatives(schema: Mapping[str, Any], known: _Known) -> list[Mapping[str, Any]]:
    """What a value may be, with references followed."""
    if "$ref" in schema:
        return _alternatives(known.definitions[schema["$ref"].rpartition("/")[2]], known)
    if "anyOf" in schema:
        return [each for part in schema["anyOf"] for each in _alternatives(part, known)]
    if "allOf" in schema:
        return [each for part in schema["allOf"] for each in _alternatives(part, known)]
    return [schema]


def _type(schema: Mapping[str, Any], known: _Known) -> str:
    return " or ".join(dict.fromkeys(_name(part, known) for part in _alternatives(schema, known)))


def _name(part: Mapping[str, Any], known: _Known) -> str:
    kind = part.get("type", "string" if "enum" in part or "const" in part else "any")
    if kind == "array":
        return f"list of {_type(part.get('items', {}), known)}"
    if kind == "object":
        inner = part.get("additionalProperties")
        return f"mapping to {_type(inner, known)}" if isinstance(inner, Mapping) else "object"
    return {"date-time": "time", "duration": "number"}.get(part.get("format", ""), str(kind))
