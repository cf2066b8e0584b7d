"""What the last word of a command line could become. Nothing is imported for it that takes a while, as far as the names
of a cluster are not asked for.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from cli.completion.grammar import Grammar, Slot, Takes, read_grammar
from cli.completion.line import Line, join_equals, place_of, read_line

FILES, NO_FILES = ":0", ":4"
"""The last line of an answer, as in the programs of cobra: whether the shell adds files."""

_PLAIN = re.compile(r"[\w@.,:/+%-][\w@.,:/+%=~-]*")
"""A name that is a word in every shell as it stands: bash takes what is offered into the line as if it were typed."""

FindNames = Callable[[Takes, str, Mapping[str, str]], Sequence[str]]
"""The names of a kind, in a namespace where it is not empty, of the installation that these options name."""


def answer(words: Sequence[str], find_names: FindNames | None = None) -> str:
    """The answer to a shell: a line for each word, with a tab before its help, and the last as above."""
    joined, is_bare = join_equals(words or [""])
    *before, current = joined
    line = read_line(read_grammar(), before)
    files = False
    told = list[tuple[str, str]]()
    option, equals, value = current.partition("=")
    if line.strange:
        pass
    elif line.awaiting is None and current.startswith("--") and equals:
        slot = line.find_option(option)
        if slot is not None:
            told, files = _complete_value(line, slot, value, find_names)
            told = told if is_bare else [(f"{option}={each}", text) for each, text in told]
    elif line.awaiting is not None:
        told, files = _complete_value(line, line.awaiting, current, find_names)
    elif current.startswith("-") and not line.only_arguments:
        told = [(name, slot.help) for slot in line.unused_options if (name := _name(slot, current))]
    elif not line.command:
        told = list(_commands(line.grammar, current))
    elif line.next_argument is not None:
        told, files = _complete_value(line, line.next_argument, current, find_names)
    return (
        "".join(f"{each}\t{text}\n" if text else f"{each}\n" for each, text in told)
        + f"{FILES if files else NO_FILES}\n"
    )


def _name(slot: Slot, current: str) -> str:
    """The longest name that fits, so that each option stands there once."""
    return next((name for name in slot.names if name.startswith(current)), "")


def _commands(grammar: Grammar, current: str) -> Iterator[tuple[str, str]]:
    """By their own names; by an alias only where nothing else fits."""
    fitting = [(name, each.help) for name, each in grammar.commands.items() if name.startswith(current)]
    aliases = grammar.aliases.items()
    yield from fitting or ((alias, grammar.commands[name].help) for alias, name in aliases if alias.startswith(current))


def _complete_value(
    line: Line, slot: Slot, current: str, find_names: FindNames | None
) -> tuple[list[tuple[str, str]], bool]:
    values: Iterable[str] = slot.choices
    if slot.takes not in {Takes.NOTHING, Takes.TEXT, Takes.CHOICE, Takes.FILE}:
        values = _find(line, slot.takes, current, find_names)
    files = slot.takes in {Takes.FILE, Takes.POLICY_OR_FILE}
    fitting = (value for value in values if value.startswith(current) and value not in line.arguments)
    return [(value, "") for value in fitting if _PLAIN.fullmatch(value)], files


def _find(line: Line, takes: Takes, current: str, find_names: FindNames | None) -> Sequence[str]:
    """Workloads in a namespace where one was typed: there the right to list it is enough, and it is quicker."""
    ask: FindNames = find_names or import_module("cli.completion.names").find_names  # most completions need no names
    place = place_of(line.given)
    if takes not in {Takes.WORKLOAD, Takes.SLEEPER}:
        return ask(takes, "", place)
    namespace = line.given.get("--namespace", "")
    if namespace:
        return [name.partition("/")[2] for name in ask(takes, namespace, place)]
    return ask(takes, current.partition("/")[0] if "/" in current else "", place)
