"""Being asleep: a movable timer, a person's signal, and a look around when told to check."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.hibernation.writes import WriteActivities
from policies.annotations import PauseRecord
from policies.kinds import kind_named
from policies.readable import readable_pause
from policies.sleep.actions import SendRecord
from policies.sleep.clocks import say_ahead
from policies.sleep.messages import CheckRequest, Phase
from policies.sleep.protocol import is_of
from policies.sleep.review import Consultation, Sleep, Verdict, review
from policies.times import earliest
from policies.workload import Observation
from workflows.life.attempt import doubled
from workflows.life.contesting import contest, reassert
from workflows.life.continuing import continue_if_long
from workflows.life.endings import NothingLeft, Woken, woken_by
from workflows.life.life import Life
from workflows.life.ordering import wait_for_targets
from workflows.life.sending import send
from workflows.life.texts import summarize_sleep

RECORD_AGAIN_AFTER = timedelta(seconds=30)
"""After the first refusal of a record; then twice as long each time, up to five minutes."""
LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""Between two looks at a sleeper whose time has come by Temporal's clock alone. Never the whole difference: when the
clock is set right meanwhile, a timer for later would go on by the wrong one."""


async def sleep_on(life: Life) -> Woken | NothingLeft:
    """Sleep until it is over. Returns why it is, or that nothing is left to wake."""
    life.enter(Phase.ASLEEP, None)
    while True:
        assert life.sleep is not None
        await continue_if_long(life)
        if life.requests.wake is not None:
            return woken_by(life.requests.wake)
        next_look = _next_look(life, life.sleep)
        if life.requests.check is not None or (next_look is not None and next_look <= workflow.now()):
            life.looking, life.requests.check = life.requests.check or CheckRequest(), None
            ended = await _look_around(life, life.looking)
            life.looking = None
            if ended is not None:
                return ended
            continue
        summary = summarize_sleep(life.sleep, life.zone)
        await life.rest_until(next_look, lambda: life.requests.check is not None, summary=summary)


async def _look_around(life: Life, check: CheckRequest) -> Woken | NothingLeft | None:
    """Read the workload and the policies, and do what the review says. None: it goes on sleeping."""
    assert life.sleep is not None
    consulted = await life.consult(life.sleep.record, check.gone_policy, autoscaled=life.sleep.watch is not None)
    if life.requests.wake is not None:
        return woken_by(life.requests.wake)
    gone = None if consulted is None else await _gone(life, consulted)
    if gone is not None:
        return gone
    if consulted is None or consulted.seen is None:
        life.requests.look(check)
        return None
    _mind_the_clocks(life, consulted.temporal_ahead)
    return await _obey(life, review(life.sleep, consulted, workflow.now()), consulted.seen)


async def _obey(life: Life, verdict: Verdict, seen: Observation) -> Woken | NothingLeft | None:
    assert life.sleep is not None
    if verdict.act != "wake":
        life.waiting_since = None
    match verdict.act:
        case "wake":
            await wait_for_targets(life, seen, verdict)
            if life.requests.wake is not None:
                return woken_by(life.requests.wake)
            life.sleep = life.sleep.replace(record=verdict.record)
            woken = Woken(
                verdict.because,
                verdict.sentence,
                outcome=verdict.outcome,
                raised_at=verdict.raised_at,
                woken_at=verdict.woken_at,
            )
            return await contest(life, woken) if verdict.raised_at is not None else woken
        case "reassert":
            return await reassert(life, seen, verdict)
        case "end":
            return NothingLeft("taken over", verdict.sentence)
        case "record":
            await _record(life, verdict.record, seen)
        case "stay" if _is_to_be_recorded(life, seen):
            await _record(life, verdict.record, seen)
    if life.requests.check is None:
        life.sleep = life.sleep.watched(workflow.now())
    return None


async def _gone(life: Life, consulted: Consultation) -> NothingLeft | None:
    seen, title = consulted.seen, kind_named(life.hibernation.ref.kind).title
    if seen is None:
        return NothingLeft("gone", f"the {title} was deleted") if await life.is_gone_for_good() else None
    if life.hibernation.ref.uid and seen.ref.uid != life.hibernation.ref.uid:
        return NothingLeft("gone", f"the {title} was re-created")
    if seen.being_deleted:
        return NothingLeft("gone", f"the {title} is being deleted")
    return None


def _is_to_be_recorded(life: Life, seen: Observation) -> bool:
    """Whether the sleep is as it was, and its record still has to be written."""
    return life.unrecorded or readable_pause(seen.annotations) is None


async def _record(life: Life, record: PauseRecord, seen: Observation) -> None:
    """Write the record onto the sleeper. What comes between is looked at again, at once or a little later.

    Where a record is there and only its wake has moved, a refusal is not argued with: the hibernation goes by the new
    time, and writes it down at the next look.
    """
    assert life.sleep is not None
    outcome = await send(
        WriteActivities.send_record,
        SendRecord(ref=life.hibernation.ref, resource_version=seen.resource_version, record=record),
        summary=f"record the sleep of {life.hibernation.ref}",
    )
    if outcome.result == "done":
        life.sleep = life.sleep.replace(record=record)
        life.refused, life.unrecorded = 0, False
        life.enter(Phase.ASLEEP)
        return
    life.learn_count(seen)
    if outcome.result == "denied" and readable_pause(seen.annotations) is not None and is_of(seen, record):
        life.sleep = life.sleep.replace(record=record)
        life.unrecorded = True
        life.enter(Phase.ASLEEP, trouble=outcome.sentence)
        return
    if outcome.result != "conflict":
        life.enter(Phase.ASLEEP, trouble=outcome.sentence)
        extended = life.sleep.extended_until
        await life.rest_until(
            workflow.now() + doubled(RECORD_AGAIN_AFTER, life.refused),
            lambda: life.sleep is not None and life.sleep.extended_until != extended,
            summary="wait before recording again",
        )
        life.refused += 1
    life.requests.look()


def _mind_the_clocks(life: Life, temporal_ahead: timedelta) -> None:
    """While Temporal is ahead, the sleep's own time is looked at every few minutes, and the details say why."""
    if temporal_ahead > timedelta(0):
        life.look_again_at = workflow.now() + LOOK_AGAIN_AFTER
        life.enter(Phase.ASLEEP, trouble=f"Temporal's clock is {say_ahead(temporal_ahead)} the cluster's")
    elif life.look_again_at is not None:
        life.look_again_at = None
        life.enter(Phase.ASLEEP)


def _next_look(life: Life, sleep: Sleep) -> datetime | None:
    wakes_at = sleep.record.resume_at
    if wakes_at is not None and life.look_again_at is not None:
        wakes_at = max(wakes_at, life.look_again_at)
    return earliest(wakes_at, None if sleep.watch is None else sleep.watch.ends_at)
