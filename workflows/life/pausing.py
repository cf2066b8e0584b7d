"""Falling asleep: write the record, scale to zero, or end without a trace."""

from temporalio import workflow

from activities.hibernation.orders import WriteOutcome
from activities.hibernation.writes import WriteActivities
from policies.annotations import PauseRecord
from policies.kinds import kind_named
from policies.names import MANUAL
from policies.readable import readable_pause
from policies.sleep.actions import Finished, SendPause
from policies.sleep.messages import PauseOrder, Phase
from policies.sleep.protocol import PauseIntent, decide, original_of
from policies.sleep.raised_count import LOOK_AFTER, Watch
from policies.sleep.review import Sleep
from policies.workload import Observation
from workflows import options
from workflows.life.attempt import Attempt
from workflows.life.life import Life
from workflows.life.sending import send_in_turn

ASLEEP = Finished(end="asleep", sentence="paused")


async def fall_asleep(life: Life, order: PauseOrder) -> tuple[Finished, Attempt]:
    """Carry out the pause. Where it does not end asleep, the attempt says whether something has to be cleaned up.

    The first write is decided on what the evaluation saw: no read beyond the listing, where nothing interferes.
    """
    life.enter(Phase.PAUSING)
    _take(life, order)
    record = _record_of(life, order)
    intent = PauseIntent(
        ref=life.hibernation.ref,
        record=record,
        generation=order.seen.generation,
        not_after=order.terms.not_after,
        zone=order.terms.zone,
    )
    life.sleep = Sleep(record=record, revision=order.seen.revision)
    attempt, seen = Attempt(), order.seen
    while True:
        if life.requests.wake is not None:
            return Finished(end="changed", sentence="somebody wants it awake"), attempt
        action = decide(seen, intent, workflow.now(), unknown_outcome=attempt.unknown)
        if isinstance(action, Finished):
            if action.end == "already-paused" and _adopt(life, seen):
                return ASLEEP, attempt
            _remember(life, seen, record)
            if action.end == "asleep":
                _watch(life, order)
            return action, attempt
        assert isinstance(action, SendPause)
        outcome = await _send(life, action)
        life.sleep = Sleep(record=action.record, revision=order.seen.revision)
        if outcome.result == "done":
            _watch(life, order)
            return ASLEEP, attempt
        attempt.take(outcome)
        if outcome.result in {"refused", "denied"} or attempt.exhausted:
            return Finished(end="changed", sentence=outcome.sentence), attempt
        if back_off := attempt.back_off(outcome):
            await life.rest_until(workflow.now() + back_off, summary="wait before the next try")
        looked = await _look_again(life, attempt, seen)
        if looked is None:
            return Finished(end="gone", sentence=f"the {kind_named(intent.ref.kind).title} is gone"), attempt
        seen = looked


def _take(life: Life, order: PauseOrder) -> None:
    """A pause by hand has no zone of its own: the one of the policy before it goes on."""
    life.order = order
    if order.policy != MANUAL:
        life.zone = order.terms.zone


def _record_of(life: Life, order: PauseOrder) -> PauseRecord:
    now = workflow.now().replace(microsecond=0)
    return PauseRecord(
        pause_id=life.next_pause_id(),
        instance=life.hibernation.instance,
        policy=order.policy,
        paused_at=now,
        original_replicas=order.seen.replicas,
        resume_at=order.terms.wake_time(order.seen.ref, now),
        cost=order.candidate.cost,
    )


async def _look_again(life: Life, attempt: Attempt, before: Observation) -> Observation | None:
    """What a fresh read shows, or None where it is gone. It is what was seen before where somebody wants it awake
    meanwhile: that ends the pause.
    """
    consulted = await life.consult()
    if consulted is None:
        return before
    if consulted.seen is None and attempt.touched and not await life.is_gone_for_good():
        return before
    return consulted.seen


async def _send(life: Life, action: SendPause) -> WriteOutcome:
    """W1 and W2. A person's wake does not wait behind a queue of pauses: it cancels this one, whose outcome is then
    unknown.
    """
    return await send_in_turn(
        WriteActivities.send_pause,
        action,
        options.pause_options(life.hibernation.cluster),
        given_up=life.is_wanted,
        summary=f"pause {life.hibernation.ref}",
    )


def _adopt(life: Life, seen: Observation) -> bool:
    """Take over a sleep that this installation began under another pause-id, as after a reset of the workflow: ending
    here would leave a sleeper that nothing wakes.
    """
    record = readable_pause(seen.annotations)
    if record is None or record.instance != life.hibernation.instance:
        return False
    life.sleep = Sleep(record=record, revision=seen.revision)
    return True


def _remember(life: Life, seen: Observation, record: PauseRecord) -> None:
    """The count as the workload itself carries it: it may have changed between the evaluation and W1."""
    original = original_of(seen, record)
    life.sleep = Sleep(
        record=record.replace(original_replicas=original),
        revision=life.sleep.revision if life.sleep is not None else seen.revision,
    )


def _watch(life: Life, order: PauseOrder) -> None:
    """Look at it again soon where an HPA targets it: that may write over our zero a count it computed before it."""
    if order.candidate.autoscaled and life.sleep is not None:
        watch = Watch(ends_at=workflow.now() + LOOK_AFTER, not_after=order.terms.not_after)
        life.sleep = life.sleep.replace(watch=watch)
