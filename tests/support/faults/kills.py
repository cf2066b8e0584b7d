"""The life of an installation whose worker dies: where, says the line.

W2=killed                 the process is killed as it sends W2, which never arrives
W2=acked-killed           W2 is carried out, and the process is killed before it can report
W2=terminated             the process is told to stop while it waits for the answer of W2
JUDGE=killed              as the enforcement lists; LIST: as the reconciliation does; OTHER: as the worker starts
W1=409 READ=killed        after a conflict, as it reads
asleep: sigkill           while everything sleeps; starting: amid the start of hibernations; awake: while it cools down

Whoever dies, another worker is started at once, and goes on when Temporal notices.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from faults.invariants import AFTER, judge
from faults.plans import Plan
from faults.points import Point
from faults.run import Result
from faults.subjects import Subject
from faults.suites import Case
from faults.workers import AWAKE, PATIENCE_SECONDS, Ground, Installation, open_installation, wait_until
from policies.names import CHECK, EXTEND, KEEP_AWAKE, REACTIVATE
from policies.sleep.messages import Phase, Until

AT_ONCE = 8
"""Installations: each has a worker process, for a moment two, and most of the time it waits for time-outs."""
COUNTS = (3, 1, 2)
"""One Deployment that the line is about, and two that the same worker has at the same time."""
MANY = (1,) * 40
"""More than are started between two heartbeats."""
QUIET_SECONDS = 3.0
_NUMBERS = itertools.count(1)
_LISTINGS = frozenset({Point.LIST, Point.JUDGE, Point.OTHER})
_AWAKE_FOR = timedelta(seconds=12)


async def play_kills(ground: Ground, client: Client, address: str, folder: Path, cases: Sequence[Case]) -> Result:
    """Play every case in an installation of its own, a few at a time, and judge them."""
    result = Result("worker kills", len(cases))
    began = time.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)

    async def play(case: Case) -> None:
        label = f"kill-{next(_NUMBERS):02d}"
        async with (
            gate,
            open_installation(ground, label, folder / label, client, TEMPORAL_ADDRESS=address) as installation,
        ):
            await _live(installation, case)
            await settle(installation, f"kill {case.line}", result)

    await asyncio.gather(*(play(case) for case in cases))
    result.seconds = round(time.monotonic() - began)
    return result


async def settle(installation: Installation, line: str, result: Result) -> None:
    """Let it come to rest, and judge every Deployment."""
    await asyncio.sleep(QUIET_SECONDS)
    stage = installation.stage
    for subject in installation.subjects:
        result.violations += judge(subject, stage.revisions.of(*subject.key), line)
        if stage.phase(subject):
            result.unfinished.append(f"{line}: {subject.name} is still {stage.phase(subject)}")
        if subject.plan.pending:
            result.unfired.append(f"{line}: {', '.join(map(str, subject.plan.pending))} never met")
    if installation.rest.plan.pending:
        result.unfired.append(f"{line}: {', '.join(map(str, installation.rest.plan.pending))} never met")
    result.unfinished += [f"{line}: {wrong}" for wrong in await asyncio.to_thread(installation.end)]


async def _live(installation: Installation, case: Case) -> None:
    stage = installation.stage
    subjects = await asyncio.to_thread(installation.furnish, *(MANY if case.gap == "starting" else COUNTS))
    await asyncio.sleep(1.1)  # the cooldown of what was created just now
    first = subjects[0]
    victim = installation.rest if _LISTINGS & {fault.point for fault in case.faults} else first
    victim.plan = Plan(case.faults)
    for subject in (first, installation.rest):
        subject.killing, subject.stopping = installation.kill_worker, installation.stop_worker
    if case.is_called_off:
        first.called_off = partial(stage.actors.annotate, *first.key, exclude="true")
    installation.start_worker()
    if case.gap == "starting":
        await _first_start(installation)
        await _strike(installation, case)
    await asyncio.gather(*(installation.await_sleep(subject) for subject in subjects))
    if case.gap == "asleep":
        await _strike(installation, case)
    await _look_and_wake(installation, first, case)
    await asyncio.gather(*(installation.see_off(subject) for subject in subjects))
    for subject in subjects:
        subject.cycle = AFTER


async def _look_and_wake(installation: Installation, first: Subject, case: Case) -> None:
    """A check, which reads, and the wake, which reads again. The others are woken after it."""
    stage, handle = installation.stage, installation.stage.handle(first)
    if stage.phase(first) != Phase.ASLEEP:
        return
    before = first.counts[Point.READ]
    await handle.signal(CHECK)
    await wait_until(lambda: first.counts[Point.READ] > before)
    if case.is_extended:
        await _ask(installation, first, EXTEND, timedelta(hours=20))
    wish = {"by": "the case"}
    if case.gap == "awake" or case.is_kept_awake:
        wish["until"] = (datetime.now(UTC) + _AWAKE_FOR).isoformat()
    await handle.signal(REACTIVATE, wish)
    if "until" in wish:
        await stage.reach(first, *AWAKE, within=PATIENCE_SECONDS)
    if case.gap == "awake":
        await _strike(installation, case)
    if case.is_kept_awake:
        await _ask(installation, first, KEEP_AWAKE, 2 * _AWAKE_FOR)


async def _strike(installation: Installation, case: Case) -> None:
    for stroke in case.strokes:
        await asyncio.to_thread({"sigkill": installation.kill_worker, "sigterm": installation.stop_worker}[stroke])


async def _first_start(installation: Installation) -> None:
    """Until the first hibernation is there: the others are being started."""
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        with suppress(RPCError):
            await installation.stage.handle(installation.subjects[0]).describe()
            return
        await asyncio.sleep(0.02)


async def _ask(installation: Installation, subject: Subject, update: str, later: timedelta) -> None:
    """A person's update. That it is refused where it comes too late is part of the game."""
    until = (datetime.now(UTC) + later).replace(microsecond=0)
    with suppress(WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
        await installation.stage.handle(subject).execute_update(
            update, Until(until=until, by="the case"), rpc_timeout=timedelta(seconds=PATIENCE_SECONDS)
        )
