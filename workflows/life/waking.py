"""Waking: scale to the recorded count, take the record away, and leave the note. Tried for ever."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.hibernation.orders import WriteOutcome
from activities.hibernation.writes import WriteActivities
from policies.annotations import Because, WakeNote
from policies.kinds import kind_named
from policies.readable import readable_note
from policies.sleep.actions import Finished, SendClear, SendResume
from policies.sleep.messages import Phase
from policies.sleep.protocol import WakeIntent, decide, given_back_since
from policies.sleep.review import Consultation, Sleep
from policies.sleep.wake_note import BY_ITSELF, note_of_wake
from policies.workload import Observation
from workflows import options
from workflows.life.attempt import GIVEN_UP, Attempt
from workflows.life.continuing import continue_if_long
from workflows.life.endings import Woken, woken_by
from workflows.life.life import Life
from workflows.life.requests import NOBODYS
from workflows.life.sending import send, send_in_turn, unread


async def give_back(life: Life, waking: Woken) -> Finished:
    """Wake the workload, whatever it takes. Ends when it was seen running, gone, or somebody else's.

    `waking` says why, and what a pause before this left unknown; what is learned on the way is kept in it.
    """
    assert life.sleep is not None
    life.waking, attempt = waking, waking.attempt
    if life.phase is Phase.RESUME_FAILING:  # it was handed on, and goes on as it was
        life.enter(life.phase, None)
    else:
        life.enter(Phase.RESUMING)
    while True:
        if life.is_wanted():
            _hear(life, waking)
        await continue_if_long(life)
        consulted = await _read(life, life.sleep, attempt)
        if consulted is None:
            continue
        if consulted.seen is None:
            if await life.is_gone_for_good():
                return Finished(end="gone", sentence=f"the {kind_named(life.hibernation.ref.kind).title} was deleted")
            continue
        life.learn_count(consulted.seen)
        if waking.because is not None and (waking.note is None or not attempt.touched):
            # Dated again until something may have landed: a wake that was refused for an hour cools down from its end.
            waking.note = _note(life, waking.because, consulted, consulted.seen)
        intent = WakeIntent(
            ref=life.hibernation.ref,
            record=life.sleep.record,
            owns_zero=waking.owns_zero or attempt.unknown,
            note=waking.note,
            gave_back=attempt.gave_back,
            changed_to=attempt.changed_to,
        )
        action = decide(consulted.seen, intent, workflow.now(), unknown_outcome=attempt.unknown)
        if isinstance(action, Finished):
            _awake_under(life, consulted, consulted.seen, _carried_note(life, consulted.seen) or waking.note)
            return action
        assert isinstance(action, SendResume | SendClear)
        in_turn = waking.owns_zero and waking.because in BY_ITSELF and not (attempt.rounds or attempt.faults)
        outcome = await _send(life, action, in_turn=in_turn)
        if outcome.result == "done":
            _awake_under(life, consulted, consulted.seen, waking.note)
            return _done(life, waking, action)
        attempt.take(outcome)
        attempt.gave_back = attempt.gave_back or (isinstance(action, SendResume) and outcome.landed > 0)
        await _wait(life, attempt, outcome)


def _hear(life: Life, waking: Woken) -> None:
    """From now on it is the wake of the person who asked for it."""
    life.heard, waking.because, waking.note = life.requests.wake, Because.PERSON, None
    if life.heard is not None and waking.outcome == Woken.outcome:
        waking.sentence = woken_by(life.heard).sentence


def _done(life: Life, waking: Woken, action: SendResume | SendClear) -> Finished:
    if isinstance(action, SendClear) and action.leaves_zero:
        return Finished(end="not-ours", sentence=action.leaves_zero)
    if waking.because is not None:
        workflow.logger.info("%s is awake: %s", life.hibernation.ref, waking.sentence)
    return Finished(end="awake", sentence="awake")


async def _read(life: Life, sleep: Sleep, attempt: Attempt) -> Consultation | None:
    """What it looks like now; None where it is to be read again."""
    try:
        return await life.consult(sleep.record, slept=life.totals.of(sleep.record), call=options.WAKE_CONSULT)
    except ActivityError as error:
        outcome = unread(error)
    attempt.take(outcome)
    await _wait(life, attempt, outcome)
    return None


async def _send(life: Life, action: SendResume | SendClear, *, in_turn: bool) -> WriteOutcome:
    """W3 and W4. A wake that comes by itself takes its turn among the others, unless somebody asks for it meanwhile; a
    conflict does not send it back to the end of the queue.
    """
    turn, summary = options.wake_options(life.hibernation.cluster), _summary(action)
    if isinstance(action, SendResume):
        if not in_turn:
            return await send(WriteActivities.send_resume, action, summary=summary)
        return await send_in_turn(WriteActivities.send_resume, action, turn, given_up=life.is_wanted, summary=summary)
    if not in_turn:
        return await send(WriteActivities.send_clear, action, summary=summary)
    return await send_in_turn(WriteActivities.send_clear, action, turn, given_up=life.is_wanted, summary=summary)


async def _wait(life: Life, attempt: Attempt, outcome: WriteOutcome) -> None:
    """Back off, and show the trouble meanwhile. A person who asks again does not wait."""
    if outcome is GIVEN_UP:
        return
    back_off = attempt.back_off(outcome)
    if outcome.result != "conflict":
        life.enter(Phase.RESUME_FAILING, trouble=attempt.trouble)
    if back_off:
        await life.rest_until(workflow.now() + back_off, summary="wait before the next try")


def _note(life: Life, because: Because, consulted: Consultation, seen: Observation) -> WakeNote:
    """Dated by the later of Temporal's clock and the cluster's, where they differ: a note that ends too late keeps the
    workload running, one that ends too early would let it be paused again as soon as they agree.
    """
    wake, behind = life.requests.wake, max(-consulted.temporal_ahead, timedelta(0))
    return note_of_wake(
        because,
        (workflow.now() + behind).replace(microsecond=0),
        cooldown=consulted.cooldown,
        wishes=consulted.wishes,
        previous=readable_note(seen.annotations),
        until=None if wake is None else wake.until,
        window_end=consulted.window_end,
        by="" if wake is None else wake.by,
        reason="" if wake is None else wake.reason,
    )


def _awake_under(life: Life, consulted: Consultation, seen: Observation, note: WakeNote | None) -> None:
    """Awake, as the note says. A longer time that somebody asked for meanwhile is still a wish, and so is a shorter one
    of somebody who may.

    Who asked during the last write, and named no time, means that of a person's wake.
    """
    life.note, wake = note, life.requests.wake or NOBODYS
    until = wake.until
    if until is None and life.is_wanted():
        until = _note(life, Because.PERSON, consulted, seen).awake_until
    if until is None:
        return
    if note is None or note.awake_until < until or (wake.may_shorten and note.awake_until > until):
        life.requests.keep(wake.replace(until=until))


def _carried_note(life: Life, seen: Observation) -> WakeNote | None:
    """The note of a wake that was not ours (a person without Temporal): it is left as it is."""
    assert life.sleep is not None
    return readable_note(seen.annotations) if given_back_since(seen, life.sleep.record) else None


def _summary(action: SendResume | SendClear) -> str:
    if isinstance(action, SendResume):
        return f"resume {action.ref} to {action.replicas}"
    return f"clear the record of {action.ref}"
