"""Waiting for others: what a workload needs is up before it wakes, and what needs it is down before it sleeps.

Nothing is held back for long, and a person's wake ends every wait.
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.hibernation.neighbours import OrderingActivities, SleepOrder, TargetsSeen, WakeOrder
from policies.annotations import WAKE_AFTER
from policies.sleep.messages import PauseOrder, Phase
from policies.sleep.review import Verdict
from policies.sleep.wake_note import BY_ITSELF
from policies.sleep.wake_order import LONGEST_WAIT, LONGEST_WAIT_FOR_SLEEP
from policies.workload import Observation
from workflows import options
from workflows.life.continuing import continue_if_long
from workflows.life.life import Life

LOOKS_APART = timedelta(seconds=5)
LATER_LOOKS_APART = timedelta(seconds=15)
SOON = timedelta(minutes=1)
TIME_TO_PAUSE = timedelta(minutes=1)
"""What is left of a pause's time when its wait ends."""


async def wait_for_targets(life: Life, seen: Observation, verdict: Verdict) -> None:
    """Let what the workload waits for come up first. Only a wake that comes by itself waits: somebody who wants it
    awake, a deploy and a contest do not.
    """
    carried = seen.annotations.get(WAKE_AFTER)
    if not carried or verdict.because not in BY_ITSELF:
        return
    began, record = life.waiting_since or workflow.now(), verdict.record
    life.waiting_since, limit = began, began + LONGEST_WAIT
    in_time = record.resume_at is not None and record.resume_at <= began
    order = WakeOrder(
        ref=life.hibernation.ref, wake_after=carried, limit=limit, policy_over="" if in_time else record.policy
    )
    while life.requests.wake is None:
        await continue_if_long(life)
        is_over = workflow.now() >= limit
        seen_now = await _look(life, order.replace(is_last=is_over))
        if seen_now is None:
            continue
        if is_over or not seen_now.waiting_for:
            break
        said = ", ".join(map(str, seen_now.waiting_for))
        life.enter(Phase.ASLEEP, trouble=f"it waits, at most until {limit:%H:%M} UTC: {said}")
        await life.rest_until(min(_next_look(began), limit), summary=f"wait: {said}"[:200])
    life.waiting_since = None


async def wait_for_dependents(life: Life, order: PauseOrder) -> None:
    """Let those that wait for this workload go down before it does."""
    began = workflow.now()
    limit = min(began + LONGEST_WAIT_FOR_SLEEP, order.terms.not_after - TIME_TO_PAUSE)
    while order.after and life.requests.wake is None and workflow.now() < limit:
        looked = workflow.start_activity_method(
            OrderingActivities.look_who_is_up,
            SleepOrder(refs=order.after),
            summary="which has to go down first",
            **options.recall_options(life.hibernation.cluster),
        )
        try:
            up = await life.unless_wanted(looked)
        except ActivityError:
            return
        if up is None or not up.names:
            return
        await life.rest_until(
            min(_next_look(began), limit), summary=f"wait for {', '.join(up.names)} to go down first"[:200]
        )


def _next_look(began: datetime) -> datetime:
    now = workflow.now()
    return now + (LOOKS_APART if now - began < SOON else LATER_LOOKS_APART)


async def _look(life: Life, order: WakeOrder) -> TargetsSeen | None:
    """What cannot be read holds nothing back. None where somebody wants it awake, or the history grew too long."""
    looked = workflow.start_activity_method(
        OrderingActivities.look_at_targets,
        order,
        summary=f"what {life.hibernation.ref} waits for",
        **options.LOOK_AROUND,
    )
    try:
        return await life.unless_wanted(looked)
    except ActivityError as error:
        workflow.logger.warning("what %s waits for cannot be read: %s", life.hibernation.ref, error.cause or error)
        return TargetsSeen()
