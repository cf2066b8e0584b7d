"""Sending a write and learning its outcome, also where the activity itself never answered."""

from collections.abc import Callable
from typing import Any

from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError, FailureError, TimeoutType

from activities.hibernation.orders import WriteOutcome
from workflows import options
from workflows.life.attempt import GIVEN_UP
from workflows.waiting import answered


async def send(activity: Callable[[Any, Any], WriteOutcome], order: Any, *, summary: str) -> WriteOutcome:
    """Send a write on the hibernation's own queue, which has no rate limit. A worker that dies over it leaves the
    outcome unknown.
    """
    try:
        return await workflow.execute_activity_method(activity, order, summary=summary, **options.WAKE)
    except ActivityError as error:
        return unconfirmed(error)


async def send_in_turn(
    activity: Callable[[Any, Any], WriteOutcome],
    order: Any,
    call: options.CallOptions,
    *,
    given_up: Callable[[], bool],
    summary: str,
) -> WriteOutcome:
    """Send a write on a queue with a rate limit. `given_up` takes a waiting write out of the queue: its outcome is then
    unknown.
    """
    handle = workflow.start_activity_method(activity, order, summary=summary, **call)
    try:
        return await answered(handle, given_up) or GIVEN_UP
    except ActivityError as error:
        return unconfirmed(error)


def unconfirmed(error: ActivityError) -> WriteOutcome:
    """The outcome of a write whose activity ended without an answer: unknown, unless no worker ever took it up."""
    cause = error.cause
    if isinstance(cause, exceptions.TimeoutError) and cause.type is TimeoutType.SCHEDULE_TO_START:
        return WriteOutcome(result="not-sent", sentence="its turn did not come")
    return WriteOutcome(result="unknown", sentence=f"the write was not confirmed: {error.cause or error}")


def unread(error: ActivityError) -> WriteOutcome:
    """The outcome of a round whose read failed: nothing was sent."""
    cause = error.cause
    return WriteOutcome(result="not-sent", sentence=cause.message if isinstance(cause, FailureError) else str(error))
