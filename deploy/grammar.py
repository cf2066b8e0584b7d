"""What can be typed, as data: a completion must not wait until every command is imported."""  # noqa: INP001

import json
from enum import EnumType
from importlib import import_module
from typing import Any

from typer.main import get_command

from cli.app import app
from cli.completion.grammar import Takes
from cli.grammar.catalog import ALIASES, COMMANDS
from cli.grammar.group import LazyGroup
from policies.checks.reasons import Reason

_BY_METAVAR = {
    "CLUSTER": Takes.CLUSTER,
    "CONTEXT": Takes.CONTEXT,
    "DIR": Takes.FILE,
    "FILE": Takes.FILE,
    "FILE|DIR|-": Takes.FILE,
    "NAMESPACE": Takes.NAMESPACE,
    "NAMESPACE/NAME": Takes.WORKLOAD,
    "POLICY": Takes.POLICY,
    "POLICY|FILE": Takes.POLICY_OR_FILE,
}


_OF_A_COMMAND = {("resume", "NAMESPACE/NAME"): Takes.SLEEPER}
"""Where less than the metavar says makes sense."""
_BEFORE_ONLY = {"--namespace", "--version"}


def command_line() -> str:
    """The grammar of the command line as JSON."""
    group = get_command(app)
    assert isinstance(group, LazyGroup)
    everywhere = [_option(param) for param in group.params if param.name != "help"]
    shared = [each for each in everywhere if each["names"][0] not in _BEFORE_ONLY]
    told = {
        "options_before": [each for each in everywhere if each not in shared],
        "options": [*shared, {"names": ["--help", "-h"], "help": "Show this message and exit."}],
        "commands": {
            name: {"help": entry.help} | _own(name, group.load(name), shared) for name, entry in COMMANDS.items()
        },
        "aliases": ALIASES,
    }
    return json.dumps(told, indent=1) + "\n"


def _own(name: str, command: Any, shared: list[dict[str, Any]]) -> dict[str, Any]:
    """The options and arguments that not every command has."""
    choices = {"--reason": [str(each) for each in Reason], "--sort-by": _sort_keys(name)}
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [_option(param) for param in command.params if param not in arguments and param.name != "help"]
    own = [
        each | ({"takes": Takes.CHOICE, "choices": choices[each["names"][0]]} if each["names"][0] in choices else {})
        for each in options
        if each not in shared
    ]
    return {
        "options": own,
        "arguments": [_argument(name, param) | ({"many": True} if param.nargs == -1 else {}) for param in arguments],
    }


def _sort_keys(name: str) -> list[str]:
    """What a list of the command can be sorted by; nothing of one that lists nothing."""
    return list(getattr(import_module(f"cli.commands.{COMMANDS[name].module}"), "SORT_KEYS", ()))


def _argument(name: str, param: Any) -> dict[str, Any]:
    takes = _OF_A_COMMAND.get((name, param.metavar))
    return _values(param) if takes is None else {"takes": takes}


def _option(param: Any) -> dict[str, Any]:
    told = {"names": sorted(param.opts, key=len, reverse=True), "help": param.help or ""} | _values(param)
    return told | ({"many": True} if param.multiple else {})


def _values(param: Any) -> dict[str, Any]:
    """What can stand there; nothing of an option that takes no value."""
    if getattr(param, "is_flag", False):
        return {}
    annotation = param.type_descriptor.annotation
    if isinstance(annotation, EnumType):
        return {"takes": Takes.CHOICE, "choices": [str(each.value) for each in annotation]}
    return {"takes": _BY_METAVAR.get(param.metavar or "", Takes.TEXT)}
