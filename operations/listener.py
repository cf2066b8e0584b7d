"""Who hears how an operation goes on: a terminal, a web page, a test, or nobody."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int, int], None]
"""Tells how many are done, and of how many."""


class Listener(Protocol):
    """What operations tell while they run. Their results are what they return."""

    def note(self, sentence: str) -> None:
        """Something to know that is not part of the result."""

    def warn(self, sentence: str) -> None:
        """Something that may need somebody."""

    def progress(self, doing: str) -> AbstractContextManager[None]:
        """Something takes its time until the context ends."""
        ...

    def counting(self, doing: str) -> AbstractContextManager[Advance]:
        """The same, where it is known how much there is to do."""
        ...


class Silence:
    """Nobody listens."""

    def note(self, sentence: str) -> None:
        """Say nothing."""

    def warn(self, sentence: str) -> None:
        """Say nothing."""

    def progress(self, doing: str) -> AbstractContextManager[None]:  # noqa: ARG002
        """Show nothing."""
        return nullcontext()

    def counting(self, doing: str) -> AbstractContextManager[Advance]:  # noqa: ARG002
        """Show nothing."""
        return nullcontext(lambda _done, _total: None)
