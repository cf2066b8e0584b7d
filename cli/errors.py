"""Errors of the command line.

CommandError                 exit code 1
├── NotFound                 what was named is not there
├── Refused                  a rule forbids what was asked for
├── NoUsableRecord           nothing tells a sleeper's count any more
├── Unconfirmed              asked for, but not seen to happen in time
└── UsageProblem             exit code 2: the call itself does not make sense
    └── NeedsYes             a question to which nobody can answer without a terminal
"""

from typing import ClassVar

from policies.errors import InvalidAnnotation


class CommandError(Exception):
    """The base of this room's errors; `str()` is what the user reads."""

    exit_code: ClassVar[int] = 1


class NotFound(CommandError):
    """What was named is not there."""


class Refused(CommandError):
    """A rule forbids it."""


class NoUsableRecord(CommandError):
    """A sleeper's record cannot be read, and no copy of it either.

    `trouble` is why its copies could not be asked for, `by_hand` the command that gives it a count all the same.
    """

    def __init__(self, damage: InvalidAnnotation, *, by_hand: str, trouble: str = "") -> None:
        self.damage = damage
        self.trouble = trouble
        copies = f"its ReplicaSets cannot be asked ({trouble})" if trouble else "no ReplicaSet has a copy of its record"
        super().__init__(f"{damage}; {copies}; nothing was changed. By hand: {by_hand}")


class Unconfirmed(CommandError):
    """It was asked for, and had not happened when the wait was over."""


class UsageProblem(CommandError):
    """The call itself does not make sense."""

    exit_code: ClassVar[int] = 2


class NeedsYes(UsageProblem):
    """A question that needs an answer, and no terminal to ask at."""

    def __init__(self, question: str) -> None:
        self.question = question
        super().__init__(f"{question} There is no terminal to ask at: say --yes if you mean it")
