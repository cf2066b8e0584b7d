"""Being asleep: a movable timer, a person's signal, and a look around when told to check."""

from datetime import datetime, timedelta

from temporalio import workflow

from activities.orders import SendRecordOrder
from activities.writes import WriteActivities
from policies.annotations import PauseRecord, carries_whole_record
from policies.clocks import say_ahead
from policies.hibernation import Check, Hibernation, Phase
from policies.keeping import Consultation, Sleep, review
from policies.wanting import earliest
from policies.workload import Observation
from workflows.contesting import reassert
from workflows.endings import NothingLeft, Woken, woken_by_request
from workflows.life import Life
from workflows.ordering import wait_for_targets
from workflows.sending import send
from workflows.timer import wait_until

RECORD_AGAIN_AFTER = timedelta(seconds=30)
LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""Between two looks at a sleeper whose time has come by Temporal's clock alone. Never the whole difference: when the
clock is set right meanwhile, a timer for later would go on by the wrong one."""
LEARN_COUNT = "learn a count that was read"
MEND_RECORD = "mend-record"
"""The patch under which a record that cannot be read is written again; before it, it was left until the wake."""


async def sleep_on(life: Life) -> Woken | NothingLeft:
    """Sleep until it is over."""
    life.enter(Phase.ASLEEP)
    while True:
        assert life.sleep is not None
        if life.requests.wake is not None:
            return woken_by_request(life)
        next_look = _next_look(life, life.sleep)
        if life.requests.check is not None or (next_look is not None and next_look <= workflow.now()):
            ended = await _look_around(life)
            if ended is not None:
                return ended
            continue
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(_continued(life))
        await wait_until(
            next_look,
            lambda: life.requests.wake is not None or life.requests.check is not None,
            summary=_summary(life.sleep),
        )


async def _look_around(life: Life) -> Woken | NothingLeft | None:
    """Read the workload and the policies, and do what the review says. None: it goes on sleeping."""
    assert life.sleep is not None
    check, life.requests.check = life.requests.check or Check(), None
    consulted = await life.consult(life.sleep.record, check.gone_policy, autoscaled=life.sleep.watch is not None)
    if life.requests.wake is not None:
        return woken_by_request(life)
    gone = await _gone(life, consulted)
    if gone is not None or consulted.seen is None:
        return gone
    _mind_the_clocks(life, consulted.temporal_ahead)
    verdict = review(life.sleep, consulted, workflow.now())
    match verdict.act:
        case "wake":
            await wait_for_targets(life, consulted.seen, verdict)
            if life.requests.wake is not None:
                return woken_by_request(life)
            life.sleep = life.sleep.model_copy(update={"record": verdict.record})
            return Woken(verdict.because, verdict.sentence, outcome=verdict.outcome)
        case "reassert":
            return await reassert(life, consulted.seen, verdict.sentence)
        case "end":
            return NothingLeft("taken over", verdict.sentence)
        case "record":
            await _record(life, verdict.record, consulted.seen)
        case "stay" if not carries_whole_record(consulted.seen.annotations) and workflow.patched(MEND_RECORD):
            await _record(life, verdict.record, consulted.seen)
    if life.requests.check is None:
        life.sleep = life.sleep.watched(workflow.now())
    return None


async def _gone(life: Life, consulted: Consultation) -> NothingLeft | None:
    seen = consulted.seen
    if seen is None:
        return NothingLeft("gone", "the Deployment was deleted") if await life.is_gone_for_good() else None
    if life.hibernation.ref.uid and seen.ref.uid != life.hibernation.ref.uid:
        return NothingLeft("gone", "the Deployment was re-created")
    if seen.being_deleted:
        return NothingLeft("gone", "the Deployment is being deleted")
    return None


async def _record(life: Life, record: PauseRecord, seen: Observation) -> None:
    """Write the record onto the sleeper. What comes between is looked at again, at once or a little later."""
    assert life.sleep is not None
    outcome = await send(
        WriteActivities.send_record,
        SendRecordOrder(ref=life.hibernation.ref, resource_version=seen.resource_version, record=record),
        summary=f"record the sleep of {life.hibernation.ref}",
    )
    if outcome.result == "done":
        life.sleep = life.sleep.model_copy(update={"record": record})
        life.enter(Phase.ASLEEP)
        return
    if workflow.patched(LEARN_COUNT):
        life.learn_count(seen)
    if outcome.result != "conflict":
        life.enter(Phase.ASLEEP, trouble=outcome.sentence)
        await wait_until(
            workflow.now() + RECORD_AGAIN_AFTER,
            lambda: life.requests.wake is not None,
            summary="wait before recording again",
        )
    life.requests.check = life.requests.check or Check()


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


def _summary(sleep: Sleep) -> str:
    resume_at = sleep.record.resume_at
    until = "asleep" if resume_at is None else f"asleep until {resume_at:%a %d %b %H:%M} UTC"
    return until if sleep.watch is None else f"{until}; a first look whether its HPA lets it"


def _continued(life: Life) -> Hibernation:
    """The same sleep, for a run with a fresh history."""
    assert life.sleep is not None
    return life.hibernation.model_copy(
        update={
            "pause": None,
            "waking": None,
            "awake": None,
            "sleep": life.sleep.record,
            "revision": life.sleep.revision,
            "extended_until": life.sleep.extended_until,
            "cycles": life.cycles,
            "reasserts": life.reasserts,
        }
    )
