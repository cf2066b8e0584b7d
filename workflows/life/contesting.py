"""Putting a workload to sleep again whose HPA wrote over our zero, and giving up loudly where it goes on."""

from dataclasses import replace
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.hibernation.raised_counts import ContestActivities, ContestedOrder, RecallOrder
from policies.annotations import Because
from policies.sleep.ledger import Slept
from policies.sleep.messages import Phase
from policies.sleep.raised_count import (
    MEMORY_OF_REASSERTS,
    MEMORY_OF_SLEEPS,
    MOST_REASSERTS,
    is_contested,
    is_raised_soon,
)
from policies.sleep.review import Verdict
from policies.workload import Observation
from workflows import options
from workflows.life.endings import NothingLeft, Woken, woken_by
from workflows.life.life import Life
from workflows.life.pausing import fall_asleep


async def reassert(life: Life, seen: Observation, verdict: Verdict) -> Woken | NothingLeft | None:
    """Pause again what was seen, under a new pause-id and a record of the count it now has. None: it sleeps again.

    Whatever stands in the way leaves it running. The old record is cleared then by the wake that follows.
    """
    assert life.order is not None
    assert life.sleep is not None
    sentence = verdict.sentence
    left_running = Woken(
        Because.PERSON, sentence, outcome="woken by someone", raised_at=verdict.raised_at, owns_zero=False
    )
    before = await _reasserts(life)
    if life.requests.wake is not None:
        return woken_by(life.requests.wake)
    if before is None:
        return left_running
    if is_contested(before, workflow.now()):
        return replace(
            left_running,
            because=Because.CONTESTED,
            outcome="contested",
            sentence=f"{sentence}, inside the bounds of its HPA, although it was put to sleep again "
            f"{MOST_REASSERTS} times within a day",
        )
    life.reasserts = (*life.reasserts, workflow.now())
    extended_until = life.sleep.extended_until
    finished, attempt = await fall_asleep(life, life.order.replace(candidate=life.order.candidate.replace(seen=seen)))
    if finished.end == "asleep":
        life.sleep = life.sleep.replace(extended_until=extended_until)
        if extended_until is not None:
            life.requests.look()
        life.enter(Phase.ASLEEP)
        return None
    if finished.end == "gone":
        return NothingLeft("gone", finished.sentence)
    if life.requests.wake is not None:
        return replace(woken_by(life.requests.wake), attempt=attempt, owns_zero=False)
    return replace(left_running, sentence=f"{sentence}, and was not paused again: {finished.sentence}", attempt=attempt)


async def contest(life: Life, woken: Woken) -> Woken:
    """The same end, unless its count was raised within minutes of the pause, in this sleep and in the one before: then
    somebody does not let it sleep, and each pause is only pods killed and started.
    """
    assert life.sleep is not None
    assert woken.raised_at is not None
    soon = is_raised_soon(life.sleep.record.paused_at, woken.raised_at)
    if woken.because is Because.CONTESTED or not soon:
        return woken
    sleeps = life.totals.sleeps
    before = sleeps[-1] if sleeps else await _sleep_before(life)
    if before is None or not before.raised_soon:
        return woken
    sentence = (
        f"{woken.sentence} within minutes of the pause, as in its sleep before: exclude it, or find out who does it"
    )
    return replace(woken, because=Because.CONTESTED, outcome="contested", sentence=sentence)


async def tell_contested(life: Life, sentence: str) -> None:
    """One alert. The wake does not depend on it."""
    try:
        await workflow.execute_activity_method(
            ContestActivities.tell_contested,
            ContestedOrder(ref=life.hibernation.ref, sentence=sentence),
            summary=f"tell that {life.hibernation.ref} is contested",
            **options.TELL,
        )
    except ActivityError:
        workflow.logger.warning("%s is contested, and no alert could be raised: %s", life.hibernation.ref, sentence)


async def _sleep_before(life: Life) -> Slept | None:
    """The last sleep of this workload before this hibernation, as far as anybody can say."""
    try:
        recalled = await workflow.execute_activity_method(
            ContestActivities.recall_last_sleep,
            RecallOrder(since=workflow.now() - MEMORY_OF_SLEEPS),
            summary=f"how did {life.hibernation.ref} sleep before",
            **options.recall_options(life.hibernation.cluster),
        )
    except ActivityError:
        return None
    return recalled.last_sleep


async def _reasserts(life: Life) -> tuple[datetime, ...] | None:
    """All of this workload within the last day, also by hibernations that have ended. None where that cannot be found
    out.
    """
    if is_contested(life.reasserts, workflow.now()):
        return life.reasserts
    try:
        recalled = await workflow.execute_activity_method(
            ContestActivities.recall_reasserts,
            RecallOrder(since=workflow.now() - MEMORY_OF_REASSERTS),
            summary=f"how often was {life.hibernation.ref} put to sleep again",
            **options.recall_options(life.hibernation.cluster),
        )
    except ActivityError:
        return None
    return life.reasserts + recalled.reasserts
