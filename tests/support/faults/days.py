"""Seeded random days: each workload sleeps, and whatever may befall it befalls it, in 24 hours of skipped time.

A day is a line as well: `day 17` replays every event of its workloads in the same order at the same virtual instants.
What the machine does in between (which request meets which fault) follows from the order of the requests.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from faults.actors import STROKES
from faults.invariants import Violation, judge
from faults.plans import Fault, Kind, Plan
from faults.points import Point
from faults.stage import Stage
from faults.subjects import Subject
from policies.names import CHECK, EXTEND, KEEP_AWAKE, REACTIVATE
from policies.sleep.messages import HibernationStatus, Phase, Until

HOURS = 24
FAULTS = 0.05
"""The share of requests that something befalls."""
EVENTS = 3
"""At most, beside the pause and its end."""
_BEFALLING = (
    Kind.DROPPED,
    Kind.LOST,
    Kind.LATE_1,
    Kind.LATE_NEXT,
    Kind.TWICE,
    Kind.RESET,
    Kind.HALF,
    Kind.E409,
    Kind.E500,
    Kind.E503,
    Kind.E504,
)
"""Without 429: its Retry-After is real time, which a skipped back-off knows nothing of."""
_PEOPLE = ("exclude-on", "scale-5", "strip", "garbage", "edit-7", "touch", "recreate")
_WORDS = (REACTIVATE, CHECK, EXTEND, KEEP_AWAKE)
_UPDATE_PATIENCE = timedelta(seconds=60)
_LOOKS = 40
_SKIP_SECONDS = 30.0
"""Time stands still while a workflow is in the middle of something."""


@dataclass
class Dice(Plan):
    """A plan that throws for every request."""

    random: Random = field(default_factory=Random)

    def meet(self, point: Point) -> Kind | None:
        """Something befalls one request in twenty."""
        if self.random.random() >= FAULTS:
            return None
        kind = self.random.choice(_BEFALLING)
        self.fired.append(Fault(point, kind))
        return kind


@dataclass
class Day:
    """One seed over its workloads."""

    seed: int
    subjects: list[Subject]
    first: list[int] = field(default_factory=list)
    """The revision of each that the day began with."""

    def violations(self, stage: Stage) -> list[Violation]:
        """What was wrong with it."""
        return [
            violation
            for subject, first in zip(self.subjects, self.first, strict=True)
            for violation in judge(subject, stage.revisions.of(*subject.key)[first:], f"day {self.seed}")
        ]


async def live_a_day(stage: Stage, environment: WorkflowEnvironment, day: Day) -> None:
    """The day of all its workloads."""
    random = Random(day.seed)
    await asyncio.gather(
        *(_live(stage, environment, subject, Random(random.randrange(2**32))) for subject in day.subjects)
    )


async def _live(stage: Stage, environment: WorkflowEnvironment, subject: Subject, random: Random) -> None:
    subject.plan = Dice(random=Random(random.randrange(2**32)))
    resume_after = timedelta(hours=random.randint(2, 12))
    if not await stage.pause(subject, resume_after=resume_after):
        return
    handle = stage.handle(subject)
    began = 0.0
    for at in sorted(random.uniform(0, HOURS) for _ in range(random.randint(0, EVENTS))):
        await _skip(environment, handle, at - began)
        began = at
        await _happen(stage, subject, random)
    await _skip(environment, handle, HOURS - began)
    await _end(stage, environment, subject)
    await asyncio.to_thread(_tidy, stage, subject)


async def _happen(stage: Stage, subject: Subject, random: Random) -> None:
    """Somebody does something, with or without telling the hibernation."""
    event = random.choice((*_PEOPLE, *_WORDS))
    if event in STROKES:
        await asyncio.to_thread(STROKES[event], stage.actors, *subject.key)
        if random.random() < 0.5:
            return
        event = CHECK
    handle = stage.handle(subject)
    with suppress(RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError):
        if event in {REACTIVATE, CHECK}:
            await handle.signal(event)
            return
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=random.randint(1, HOURS))
        await handle.execute_update(
            event, Until(until=until), result_type=HibernationStatus, rpc_timeout=_UPDATE_PATIENCE
        )


async def _end(stage: Stage, environment: WorkflowEnvironment, subject: Subject) -> None:
    """Let what is still open come to its end."""
    handle = stage.handle(subject)
    for _ in range(_LOOKS):
        if await stage.is_over(subject):
            return
        if stage.phase(subject) == Phase.ASLEEP:
            with suppress(RPCError):
                await handle.signal(CHECK)
        await _skip(environment, handle, HOURS / 2)
        await asyncio.sleep(0.5)


async def _skip(environment: WorkflowEnvironment, handle: object, hours: float) -> None:
    with suppress(RPCError, TimeoutError):
        async with asyncio.timeout(_SKIP_SECONDS):
            await environment.fast_forward(handle, timedelta(hours=hours))  # type: ignore[arg-type]


def _tidy(stage: Stage, subject: Subject) -> None:
    """The next day begins without an exclusion, and without the note of a wake that lies in skipped time."""
    clean: Callable[..., None] = partial(stage.actors.annotate, *subject.key)
    clean(exclude=None, resumed_at=None, awake_until=None, awake_because=None, awake_by=None)
