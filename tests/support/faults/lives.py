"""The life of one subject: paused, extended, woken, and again, with what its case has in store."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from faults.actors import ACTORS, STROKES
from faults.invariants import AFTER, has_count
from faults.plans import Plan
from faults.points import Point
from faults.stage import Stage
from faults.subjects import Subject
from faults.suites import Case
from policies.names import EXTEND, KEEP_AWAKE, REACTIVATE
from policies.sleep.messages import HibernationStatus, Phase, Until

AWAKE = (Phase.COOLING, Phase.AWAKE)
_AWAKE_FOR = timedelta(minutes=15)
"""Long enough for a busy machine; the wish that follows is for a shorter time."""
_A_LITTLE_LONGER = timedelta(seconds=45)
"""From asking: on a busy machine the update takes a while to be looked at."""
_RECORD_SECONDS = 240
_OFTEN = 12
"""How often somebody acts who does it every time: more often than anybody answers. A conflict wastes one."""
_CONTEST_LOOKS = 90
_ZEROS_TOO_MANY = 4
"""The sleep's own zero, two that were asserted again, and one more."""
_ASKED_AT_MOST = 20
_UPDATE_PATIENCE = timedelta(seconds=150)


async def live(stage: Stage, subject: Subject, case: Case) -> None:
    """All lives of a subject, to their end."""
    subject.plan = Plan(case.faults)
    for life in range(1, case.lives + 1):
        if life == case.life:
            _lie_in_wait(stage, subject, case)
        if case.is_called_off:
            await _call_off(stage, subject)
        await _sleep_once(stage, subject, case)
    subject.cycle = AFTER


def _lie_in_wait(stage: Stage, subject: Subject, case: Case) -> None:
    if case.moment is None:
        return
    side, point = case.moment
    hooks = subject.before if side == "before" else subject.after
    for later in range(1, (_OFTEN if case.is_contest else 1) + 1):
        hooks[point, subject.counts[point] + later] = partial(_strike, stage, subject, case)


async def _sleep_once(stage: Stage, subject: Subject, case: Case) -> None:
    if not await stage.pause(subject):
        return
    phase = await stage.reach(subject, Phase.ASLEEP, *AWAKE)
    if case.gap == "asleep":
        await asyncio.to_thread(_strike, stage, subject, case)
    if case.gap in {"asleep", "before W2", "after W2"} and phase == Phase.ASLEEP:
        phase = await _keep_its_record(stage, subject)
    if case.is_contest:
        phase = await _be_contested(stage, subject)
    if phase == Phase.ASLEEP and case.is_extended:
        await _ask(stage, subject, EXTEND, timedelta(hours=20))
    wish = {"by": "the case"}
    if case.is_kept_awake:
        wish["until"] = (datetime.now(UTC) + _AWAKE_FOR).isoformat()
    elif case.is_contest:  # what is contested would stay awake for a day
        wish["until"] = (datetime.now(UTC) + _A_LITTLE_LONGER).isoformat()
    with suppress(RPCError):
        await stage.handle(subject).signal(REACTIVATE, wish)
    if case.is_kept_awake:
        await _keep_awake(stage, subject)
    await stage.reach(subject)


async def _keep_its_record(stage: Stage, subject: Subject) -> str:
    """Whatever befell its record, it is there again once that was noticed; the phase after it."""
    phase = await _be_noticed(stage, subject)
    if phase == Phase.ASLEEP:
        phase = await _settle_record(stage, subject)
    if phase == Phase.ASLEEP:
        subject.kept_at.append(stage.revisions.of(*subject.key)[-1].version)
    return phase


async def _be_noticed(stage: Stage, subject: Subject) -> str:
    """Let two whole reconciliations pass, and what they asked for; the phase after it."""
    done = len(stage.reconciled) + 2
    while len(stage.reconciled) <= done:
        phase = await stage.reach(subject, *AWAKE, within=1.0)
        if phase != Phase.ASLEEP:
            return phase
    return await stage.reach(subject, *AWAKE, within=2.0)


async def _be_contested(stage: Stage, subject: Subject) -> str:
    """Let somebody scale it up, and us answer, until one of both gives in; the phase after it."""
    phase: str = Phase.ASLEEP
    for _ in range(_CONTEST_LOOKS):
        zeros = sum(1 for entry in subject.log if entry.point is Point.W2 and entry.accepted)
        if not phase or phase in AWAKE or zeros == _ZEROS_TOO_MANY:
            break
        phase = await stage.reach(subject, *AWAKE, within=1.0)
    return phase


async def _settle_record(stage: Stage, subject: Subject) -> str:
    """Give a hibernation that was told to look the time to do so, on a machine that is busy; the phase after it."""
    for _ in range(_RECORD_SECONDS):
        phase = await stage.reach(subject, *AWAKE, within=1.0)
        if phase != Phase.ASLEEP or has_count(stage.revisions.of(*subject.key)[-1]):
            return phase
    return Phase.ASLEEP


async def _call_off(stage: Stage, subject: Subject) -> None:
    """A pause whose first write has an unknown outcome, and that somebody forbids meanwhile."""
    exclude = partial(stage.actors.annotate, *subject.key)
    subject.called_off = partial(exclude, exclude="true")
    if await stage.pause(subject):
        await stage.reach(subject)
    await asyncio.to_thread(exclude, exclude=None)


async def _keep_awake(stage: Stage, subject: Subject) -> None:
    """Ask for a little longer until the note was sent: on a busy machine a short time is over before it is looked at,
    and the wish is refused.
    """
    for _ in range(_ASKED_AT_MOST):
        if not subject.plan.pending or await stage.reach(subject, *AWAKE) not in AWAKE:
            return
        await _ask(stage, subject, KEEP_AWAKE, _A_LITTLE_LONGER)


async def _ask(stage: Stage, subject: Subject, update: str, later: timedelta) -> None:
    """A person's update. That it is refused where it comes too late is part of the game."""
    until = (datetime.now(UTC) + later).replace(microsecond=0)
    with suppress(WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
        await stage.handle(subject).execute_update(
            update, Until(until=until, by="the case"), result_type=HibernationStatus, rpc_timeout=_UPDATE_PATIENCE
        )


def _strike(stage: Stage, subject: Subject, case: Case) -> None:
    for stroke in case.strokes:
        action = ACTORS.get(stroke) or STROKES[stroke]
        action(stage.actors, *subject.key)
