"""The commands that workflow code can issue, read from its source: what a replay cannot see is pinned here.

Replay catches a removed timer or a renamed activity. It does not catch a changed timeout, queue or priority, nor a new
branch that no recorded history enters. Both change the file that this makes.
"""

import ast
import json
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import workflows
from workflows import options

ROOM = Path(workflows.__file__).parent
COMMANDS = frozenset(
    {
        "execute_activity_method",
        "start_activity_method",
        "start_child_workflow",
        "take_turn",
        "wait_condition",
        "upsert_memo",
        "upsert_search_attributes",
        "continue_as_new",
        "is_new",
        "patched",
        "deprecate_patch",
        "sleep",
        "wait_until",
        "waited",
        "answered",
        "rest_until",
        "unless_wanted",
        "continue_if_long",
        "send",
        "send_in_turn",
        "consult",
        "is_gone_for_good",
        "enter",
    }
)


def fingerprint() -> dict[str, Any]:
    """Every command by module and function, in source order, and the options activities are called with."""
    return {
        "commands": {path.name: _commands(path) for path in sorted(ROOM.rglob("*.py")) if _commands(path)},
        "options": {
            name: _plain(value)
            for name, value in sorted(vars(options).items())
            if name.isupper() and isinstance(value, dict)
        }
        | {
            "PAUSE": _plain(options.pause_options("c")),
            "RECALL": _plain(options.recall_options("c")),
            "WAKE_IN_TURN": _plain(options.wake_options("c")),
        },
    }


def _commands(path: Path) -> list[str]:
    found = []
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [f"{function.name}: {_written(call)}" for call in ast.walk(function) if _is_command(call)]
    return found


def _is_command(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in COMMANDS


def _written(call: Any) -> str:
    first = ast.unparse(call.args[0]) if call.args else ""
    spread = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg is None]
    return f"{_name(call.func)}({first})" + (f" with {', '.join(spread)}" if spread else "")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


if __name__ == "__main__":
    print(json.dumps(fingerprint(), indent=1))  # noqa: T201 - `make histories` keeps it
