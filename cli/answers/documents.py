"""Results as JSON and YAML have them: one dialect for all commands.

Keys are camelCase, as in policies and in kubectl; keys that are data (reasons, annotations, names) stay as they are.
Times are ISO 8601 with their zone, durations seconds with that unit in their key.
"""

import json
import math
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel


def as_document(answer: BaseModel) -> dict[str, Any]:
    """An answer with the keys that programs read, made of what JSON knows: a figure that is none, such as the infinity
    that a sum of wrong ones becomes, is null.
    """
    document = _rename(answer, answer.model_dump(mode="json"))
    assert isinstance(document, dict)
    return document


def to_json(answer: BaseModel) -> str:
    """Its JSON, for people to read as well."""
    text = json.dumps(as_document(answer), indent=2, ensure_ascii=False, allow_nan=False)
    return "\n".join(map(_escape, text.split("\n"))) + "\n"


def to_yaml(answer: BaseModel) -> str:
    """The same as YAML."""
    import yaml  # noqa: PLC0415 - a command that prints a table starts without it

    return str(yaml.safe_dump(as_document(answer), sort_keys=False, allow_unicode=True, width=120))


def to_camel(name: str) -> str:
    """`saved_per_day` as `savedPerDay`."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _rename_field(model: BaseModel, name: str, plain: Any) -> tuple[str, Any]:
    value: object = getattr(model, name)
    if _is_duration(type(model), name):
        return to_camel(f"{name}_seconds"), value.total_seconds() if isinstance(value, timedelta) else None
    return to_camel(name), _rename(value, plain)


@cache
def _is_duration(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and timedelta in (field.annotation, *get_args(field.annotation))


def _rename(value: object, plain: Any) -> Any:
    """What a value became, with the names of fields changed. `plain` is what pydantic made of the value."""
    if isinstance(value, BaseModel) and isinstance(plain, dict):
        return dict(_rename_field(value, name, each) for name, each in plain.items())
    if isinstance(value, Mapping) and isinstance(plain, dict):
        return {key: _rename(each, plain[key]) for (key, each) in zip(plain, value.values(), strict=True)}
    if isinstance(value, list | tuple) and isinstance(plain, list):
        return [_rename(one, other) for one, other in zip(value, plain, strict=True)]
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _escape(line: str) -> str:
    """The same JSON, of which a terminal only shows: its own control characters go beyond those of ASCII."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
