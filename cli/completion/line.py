"""What stands on a command line so far, and what could come next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cli.completion.grammar import CommandGrammar, Grammar, Slot, Takes


@dataclass
class Line:
    """A command line up to the word that is being typed."""

    grammar: Grammar
    command: str = ""
    """By its own name; empty before one was typed."""
    given: dict[str, str] = field(default_factory=dict)
    """The values of the options so far, by the longest name of each."""
    arguments: list[str] = field(default_factory=list)
    awaiting: Slot | None = None
    """The option whose value comes next."""
    only_arguments: bool = False
    """Whether a `--` was typed."""
    strange: bool = False
    """Whether there is no command of the name that was typed."""

    @property
    def options(self) -> tuple[Slot, ...]:
        """Those that may come here."""
        own = self.grammar.options_before if self._called is None else self._called.own_options
        return (*own, *self.grammar.options)

    @property
    def unused_options(self) -> tuple[Slot, ...]:
        """Those that were not given yet, or may be given again."""
        return tuple(each for each in self.options if each.many or each.names[0] not in self.given)

    @property
    def next_argument(self) -> Slot | None:
        """What the next argument of the command is."""
        slots = () if self._called is None else self._called.arguments
        if len(self.arguments) < len(slots):
            return slots[len(self.arguments)]
        return slots[-1] if slots and slots[-1].many else None

    @property
    def _called(self) -> CommandGrammar | None:
        return self.grammar.commands.get(self.command)

    def find_option(self, name: str) -> Slot | None:
        """The option of this name."""
        return next((each for each in self.options if name in each.names), None)

    def take(self, word: str) -> None:
        """Read one more word."""
        if self.awaiting is not None:
            self.given[self.awaiting.names[0]] = word
            self.awaiting = None
        elif word == "--":
            self.only_arguments = True
        elif word.startswith("-") and word != "-" and not self.only_arguments:
            self._take_option(word)
        elif self.command:
            self.arguments.append(word)
        else:
            self.command = self.grammar.aliases.get(word, word)
            self.strange = self.command not in self.grammar.commands

    def _take_option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            name, value, equals = word[:2], word[2:], word[2:]
        slot = self.find_option(name)
        if slot is None:
            return
        self.given[slot.names[0]] = value
        if slot.takes is not Takes.NOTHING and not equals:
            self.awaiting = slot


def read_line(grammar: Grammar, words: Sequence[str]) -> Line:
    """All words before the one that is being typed."""
    line = Line(grammar)
    for word in words:
        line.take(word)
    return line


def join_equals(words: Sequence[str]) -> tuple[list[str], bool]:
    """The words as they were typed: bash takes `--output=json` for three. And whether the last one is such a word."""
    joined, last = list[str](), False
    for index, word in enumerate(words):
        last = word == "=" or (index > 0 and words[index - 1] == "=")
        if last and joined:
            joined[-1] += word
        else:
            joined.append(word)
    return joined, last


def place_of(given: Mapping[str, str]) -> dict[str, str]:
    """The options that say which installation it is about, by the names of the settings."""
    wanted = ("--cluster", "--instance", "--kubeconfig", "--context", "--state-dir")
    return {name[2:].replace("-", "_"): given[name] for name in wanted if given.get(name)}
