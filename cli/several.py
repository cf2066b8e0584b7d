"""Several workloads in one command: each is answered for itself, and one failure does not hide the others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from activities.errors import KubeconfigError, Unreachable
from cli.console import Terminal
from operations.errors import UsageProblem
from operations.failures import describe_failure
from policies.keys import WorkloadKey
from worker.errors import WorkerError

Answer = TypeVar("Answer")

_ABOUT_ALL = (UsageProblem, WorkerError, KubeconfigError, Unreachable)
"""What would meet the next one just the same."""


def answer_each(
    terminal: Terminal, keys: Sequence[WorkloadKey], answer: Callable[[WorkloadKey], Answer]
) -> tuple[list[Answer], dict[str, str]]:
    """The answers that there are, and for the others by name why there is none, which people are told at once.

    Raises what meets all of them, and where only one was asked for whatever meets it.
    """
    answers, failed = list[Answer](), dict[str, str]()
    for key in keys:
        try:
            answers.append(answer(key))
        except Exception as error:  # noqa: BLE001 - what was not foreseen is raised again
            failed[str(key)] = tell_failure(terminal, str(key), error, alone=len(keys) == 1)
    return answers, failed


def tell_failure(terminal: Terminal, name: str, error: Exception, *, alone: bool) -> str:
    """Say why one of several failed, and return it. Raises the error where it is the only one, or meets all of them."""
    told = describe_failure(error)
    if alone or not told or isinstance(error, _ABOUT_ALL):
        raise error
    told = told.removeprefix(f"{name}: ")
    for line in f"{name}: {told}".split("\n"):
        terminal.say(line, style="red")
    return told
