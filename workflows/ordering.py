"""Waiting for others: what a workload needs is up before it wakes, and what needs it is down before it sleeps.

Nobody is held back for long, and a person's wake ends every wait.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.ordering import OrderingActivities, SleepOrder, TargetsSeen, WakeOrder
from policies.annotations import WAKE_AFTER
from policies.hibernation import PauseOrder, Phase
from policies.keeping import Verdict
from policies.ordering import LONGEST_WAIT, LONGEST_WAIT_FOR_SLEEP
from policies.waking import BY_ITSELF
from policies.workload import Observation
from workflows import options
from workflows.life import Life
from workflows.timer import wait_until

WAIT_FOR_TARGETS = "wait-for-targets"
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
    if not workflow.patched(WAIT_FOR_TARGETS):
        return
    began, record = workflow.now(), verdict.record
    limit = began + LONGEST_WAIT
    in_time = record.resume_at is not None and record.resume_at <= began
    order = WakeOrder(
        ref=life.hibernation.ref, wake_after=carried, limit=limit, policy_over="" if in_time else record.policy
    )
    while life.requests.wake is None:
        is_over = workflow.now() >= limit
        seen_now = await _look(life, order.model_copy(update={"is_last": is_over}))
        if is_over or not seen_now.waiting_for:
            return
        said = ", ".join(map(str, seen_now.waiting_for))
        life.enter(Phase.ASLEEP, trouble=f"it waits, at most until {limit:%H:%M} UTC: {said}")
        apart = LOOKS_APART if workflow.now() - began < SOON else LATER_LOOKS_APART
        await wait_until(
            min(workflow.now() + apart, limit), lambda: life.requests.wake is not None, summary=f"wait: {said}"[:200]
        )


async def wait_for_dependents(life: Life, order: PauseOrder) -> None:
    """Let those that wait for this workload go down before it does."""
    limit = min(workflow.now() + LONGEST_WAIT_FOR_SLEEP, order.not_after - TIME_TO_PAUSE)
    while order.after and life.requests.wake is None and workflow.now() < limit:
        try:
            up = await workflow.execute_activity_method(
                OrderingActivities.look_who_is_up,
                SleepOrder(refs=order.after),
                summary="who has to go down first",
                **options.LOOK_AROUND,
            )
        except ActivityError:
            return
        if not up.names:
            return
        await wait_until(
            min(workflow.now() + LOOKS_APART, limit),
            lambda: life.requests.wake is not None,
            summary=f"wait for {', '.join(up.names)} to go down first"[:200],
        )


async def _look(life: Life, order: WakeOrder) -> TargetsSeen:
    """Who cannot be read holds nobody back."""
    try:
        return await workflow.execute_activity_method(
            OrderingActivities.look_at_targets,
            order,
            summary=f"what {life.hibernation.ref} waits for",
            **options.LOOK_AROUND,
        )
    except ActivityError as error:
        workflow.logger.warning("what %s waits for cannot be read: %s", life.hibernation.ref, error.cause or error)
        return TargetsSeen()
