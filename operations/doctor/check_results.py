"""What one check of `finops doctor` answers, and several at once."""

import asyncio
from collections.abc import Coroutine, Iterable
from enum import StrEnum
from typing import Any

from temporalio.service import RPCError

from activities.errors import IoError
from policies.models import Frozen
from worker.errors import WorkerError


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class CheckResult(Frozen):
    """One line: about what, how it stands, and how to mend it."""

    subject: str
    level: Level
    sentence: str
    mend: str = ""


def ok(subject: str, sentence: str) -> CheckResult:
    """All is well."""
    return CheckResult(subject=subject, level=Level.OK, sentence=sentence)


def warn(subject: str, sentence: str, mend: str = "") -> CheckResult:
    """It works, but not as it should."""
    return CheckResult(subject=subject, level=Level.WARN, sentence=sentence, mend=mend)


def fail(subject: str, sentence: str, mend: str = "") -> CheckResult:
    """It does not work. Many errors say in their own sentence how to mend them."""
    return CheckResult(subject=subject, level=Level.FAIL, sentence=sentence, mend=mend)


async def all_of(subject: str, checks: Iterable[Coroutine[Any, Any, list[CheckResult]]]) -> list[CheckResult]:
    """What all of them find, in their order. A check that is refused an answer is a result, too, and the others go
    on.
    """
    answers = await asyncio.gather(*checks, return_exceptions=True)
    found: list[CheckResult] = []
    for answer in answers:
        match answer:
            case list():
                found += answer
            case RPCError():
                found.append(fail(subject, f"refused: {answer.message}"))
            case IoError() | WorkerError():
                found.append(fail(subject, str(answer)))
            case _:
                raise answer
    return found
