"""What stands in a recorded history, read with the models of today."""

import base64
import inspect
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter
from storedmodels import modules_of_the_rooms
from temporalio import activity


def losses_of(history: Mapping[str, Any]) -> Iterator[str]:
    """The recorded fields of inputs and answers of activities that no model of today has. Raises ValidationError."""
    scheduled: dict[str, str] = {}
    for event in history["events"]:
        if begun := event.get("activityTaskScheduledEventAttributes"):
            name = scheduled[event["eventId"]] = begun["activityType"]["name"]
            given = activities()[name].arg_types
            assert given is not None
            yield from _read(name, given[0], begun["input"])
        elif done := event.get("activityTaskCompletedEventAttributes"):
            name = scheduled[done["scheduledEventId"]]
            answer = activities()[name].ret_type
            if "result" in done and answer is not None:
                yield from _read(name, answer, done["result"])


@cache
def activities() -> Mapping[str, activity._Definition]:
    """The activities of the product by their names."""
    found = {}
    for module in modules_of_the_rooms():
        for thing in vars(module).values():
            if inspect.isclass(thing) and thing.__module__ == module.__name__:
                for method in vars(thing).values():
                    definition = getattr(method, "__temporal_activity_definition", None)
                    if definition is not None:
                        found[definition.name] = definition
    return found


def _read(name: str, kind: Any, recorded: Mapping[str, Any]) -> Iterator[str]:
    for payload in recorded["payloads"]:
        if "data" in payload:
            raw = json.loads(base64.b64decode(payload["data"]))
            yield from (f"{name}: {loss}" for loss in _lost(raw, TypeAdapter(kind).validate_python(raw)))


def _lost(raw: Any, read: Any) -> Iterator[str]:
    if isinstance(read, BaseModel) and isinstance(raw, dict):
        names = {each.alias or name: name for name, each in type(read).model_fields.items()}
        for key, value in raw.items():
            if key in names:
                yield from _lost(value, getattr(read, names[key]))
            else:
                yield f"{type(read).__name__}.{key}"
    elif isinstance(raw, list) and isinstance(read, list | tuple):
        for before, after in zip(raw, read, strict=True):
            yield from _lost(before, after)
    elif isinstance(raw, dict) and isinstance(read, Mapping):
        for key, value in raw.items():
            yield from _lost(value, read.get(key))
