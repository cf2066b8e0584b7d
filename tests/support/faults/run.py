"""Playing cases: all at once, to their end, and judged when everything has come to rest."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from faults.invariants import Violation, judge
from faults.lives import live
from faults.plans import Fault
from faults.stage import Stage
from faults.subjects import Subject
from faults.suites import Case

_LOG = logging.getLogger(__name__)

QUIET_SECONDS = 8.0
"""After the last life: two reconciliations without a write. What was sent late is waited for besides."""
AT_ONCE = 200


@dataclass
class Result:
    """What a suite came to."""

    suite: str
    cases: int
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)
    unfired: list[str] = field(default_factory=list)
    """Cases with a fault that was never met: they show nothing."""
    unfinished: list[str] = field(default_factory=list)

    @property
    def invariants(self) -> Counter[str]:
        """How often each was broken."""
        return Counter(violation.invariant for violation in self.violations)


async def play(stage: Stage, suites: Mapping[str, Sequence[Case]], listing: Sequence[Fault] = ()) -> list[Result]:
    """Play every case of every suite, concurrently, one Deployment each."""
    cases = [case for suite in suites.values() for case in suite]
    began = time.monotonic()
    subjects = await asyncio.to_thread(stage.furnish, cases)
    stage.proxy.listing.faults = tuple(listing)
    gate = asyncio.Semaphore(AT_ONCE)
    took = await asyncio.gather(
        *(_play(stage, subject, case, gate) for subject, case in zip(subjects, cases, strict=True))
    )
    while stage.proxy.pending or stage.proxy.listing.pending:
        await asyncio.sleep(1)
    await asyncio.sleep(QUIET_SECONDS)
    results, index = [], 0
    for suite, members in suites.items():
        part = slice(index, index + len(members))
        index += len(members)
        result = Result(suite, len(members), seconds=round(max(took[part], default=began) - began))
        for subject, case in zip(subjects[part], members, strict=True):
            _settle(stage, subject, case, result)
        results.append(result)
    return results


async def _play(stage: Stage, subject: Subject, case: Case, gate: asyncio.Semaphore) -> float:
    """One case. Where it breaks off, by a fault of the suite or of a server, it shows nothing, and the others go on."""
    async with gate:
        try:
            await live(stage, subject, case)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told
            subject.broke_off = f"{type(error).__name__}: {error}"
            _LOG.exception("%s broke off", case.line)
    return time.monotonic()


def _settle(stage: Stage, subject: Subject, case: Case, result: Result) -> None:
    if subject.broke_off:
        result.unfinished.append(f"{case.line}: {subject.broke_off}")
        return
    result.violations += judge(subject, stage.revisions.of(*subject.key), case.line)
    if subject.plan.pending:
        result.unfired.append(f"{case.line}: {', '.join(map(str, subject.plan.pending))} never met")
    if stage.phase(subject):
        result.unfinished.append(f"{case.line}: still {stage.phase(subject)}")
