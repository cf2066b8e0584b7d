"""What can be typed: the options and arguments of every command, and what stands in them."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

_FILE = Path(__file__).with_name("grammar.json")
"""Written by deploy/generate.py from the commands themselves."""


class Takes(StrEnum):
    """What can stand in an option or an argument."""

    NOTHING = ""
    TEXT = "text"
    CHOICE = "choice"
    FILE = "file"
    CLUSTER = "cluster"
    CONTEXT = "context"
    NAMESPACE = "namespace"
    WORKLOAD = "workload"
    SLEEPER = "sleeper"
    """One that is asleep."""
    POLICY = "policy"
    POLICY_OR_FILE = "policy or file"


class Slot(NamedTuple):
    """An option or an argument."""

    takes: Takes
    choices: tuple[str, ...] = ()
    many: bool = False
    names: tuple[str, ...] = ()
    """Of an option, the longest first."""
    help: str = ""


class CommandGrammar(NamedTuple):
    """A command."""

    help: str
    own_options: tuple[Slot, ...]
    arguments: tuple[Slot, ...]


class Grammar(NamedTuple):
    """The whole command line."""

    options_before: tuple[Slot, ...]
    """Only before the name of a command."""
    options: tuple[Slot, ...]
    """Of every command."""
    commands: dict[str, CommandGrammar]
    aliases: dict[str, str]


def read_grammar() -> Grammar:
    """The grammar of this version."""
    told = json.loads(_FILE.read_text(encoding="utf-8"))
    return Grammar(
        options_before=_slots(told["options_before"]),
        options=_slots(told["options"]),
        commands={
            name: CommandGrammar(each["help"], _slots(each["options"]), _slots(each["arguments"]))
            for name, each in told["commands"].items()
        },
        aliases=told["aliases"],
    )


def _slots(told: Iterable[Mapping[str, Any]]) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            takes=Takes(each.get("takes", "")),
            choices=tuple(each.get("choices", ())),
            many=each.get("many", False),
            names=tuple(each.get("names", ())),
            help=each.get("help", ""),
        )
        for each in told
    )
