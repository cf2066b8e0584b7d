"""Every model that somebody stores and this product reads again, found by looking and not by a list.

Temporal stores what stands in the signature of a workflow, an activity or a message. All else that is read (a file, a
memo, a status, an answer) is read by a call on its model, or by one that is given the model.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from worker.service.assembly import WORKFLOWS

ROOMS = ("policies", "activities", "workflows", "worker", "operations", "cli")
TOMORROW = "a-word-of-tomorrow"

_PLAIN: Mapping[Any, Any] = {
    str: "x",
    int: 1,
    float: 1.0,
    bool: True,
    datetime: "2026-11-23T20:00:00Z",
    AwareDatetime: "2026-11-23T20:00:00Z",
    timedelta: "PT1H",
    Any: None,
    object: None,
}


class Spot(NamedTuple):
    """A field that holds one of a few words."""

    owner: str
    field: str
    is_code: bool
    """Whether its words are an enum; else they are a Literal."""


@dataclass
class Writer:
    """Writes a document of a model with every field set, as an earlier or a later version would."""

    extra_fields: bool = False
    new_word_at: Spot | None = None
    spots: set[Spot] = field(default_factory=set)
    """The fields of few words that it came by."""

    def document(self, model: type[BaseModel]) -> dict[str, Any]:
        """The document."""
        written = {each.alias or name: self._field(model, name, each) for name, each in model.model_fields.items()}
        return written | ({"fieldOfTomorrow": {"a": [1]}} if self.extra_fields else {})

    def _field(self, model: type[BaseModel], name: str, info: FieldInfo) -> Any:
        return self._value(info.annotation, (model.__name__, name))

    def _value(self, kind: Any, of: tuple[str, str]) -> Any:
        origin, parts = get_origin(kind), get_args(kind)
        if kind in _PLAIN:
            return _PLAIN[kind]
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self._word(Spot(*of, is_code=True), next(iter(kind)).value)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.document(kind)
        if origin is Literal:
            return self._word(Spot(*of, is_code=False), parts[0])
        if origin is Annotated:
            return self._value(parts[0], of)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {self._value(parts[0], of): self._value(parts[1], of)}
        if isinstance(origin, type) and issubclass(origin, Iterable):
            items = [part for part in parts if part is not Ellipsis]
            return [self._value(part, of) for part in items]
        some = [part for part in parts if part is not type(None)]
        if not some:
            raise AssertionError(f"{of}: no value of {kind} is known here")
        return self._value(some[0], of)

    def _word(self, spot: Spot, known: Any) -> Any:
        self.spots.add(spot)
        return TOMORROW if spot == self.new_word_at else known


def stored_models() -> tuple[type[BaseModel], ...]:
    """The models that are read as a whole; others stand in their fields. Those that people write may refuse."""
    found = {model for kind in (*_signed(), *_read()) for model in _models_in(kind)} - {BaseModel}
    return tuple(sorted(found, key=lambda model: f"{model.__module__}.{model.__name__}"))


def _signed() -> Iterator[Any]:
    """What stands in the signatures that Temporal knows: of all activities, and of all that a workflow takes."""
    for module in modules_of_the_rooms():
        for thing in vars(module).values():
            if inspect.isclass(thing) and (thing in WORKFLOWS or thing.__module__ == module.__name__):
                for method in vars(thing).values():
                    known = thing in WORKFLOWS or hasattr(method, "__temporal_activity_definition")
                    if known and inspect.isfunction(method):
                        yield from get_type_hints(method, include_extras=True).values()


def _read() -> Iterator[Any]:
    """The models that something is read as: those that `model_validate` is called on, or that a call is given."""
    for module in modules_of_the_rooms():
        source = ast.parse(Path(str(module.__file__)).read_text())
        for call in (node for node in ast.walk(source) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "isinstance":
                continue
            names = [*call.args, *(each.value for each in call.keywords)]
            if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("model_validate"):
                names.append(call.func.value)
            for each in (name.elts if isinstance(name, ast.List) else [name] for name in names):
                yield from (vars(module).get(name.id) for name in each if isinstance(name, ast.Name))


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from _models_in(part)


def modules_of_the_rooms() -> Iterator[ModuleType]:
    for room in ROOMS:
        package = importlib.import_module(room)
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{room}."):
            if not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)
