"""Sending a write and learning its outcome, also where the activity itself never answered."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from activities.orders import WriteOutcome
from workflows import options


async def send(activity: Callable[[Any, Any], WriteOutcome], order: Any, *, summary: str) -> WriteOutcome:
    """Send a write on the queue of the wakes. A worker that died over it leaves the outcome unknown."""
    try:
        return await workflow.execute_activity_method(activity, order, summary=summary, **options.WAKE)
    except ActivityError as error:
        return unconfirmed(error)


def unconfirmed(error: ActivityError) -> WriteOutcome:
    """The outcome of a write whose activity ended without an answer."""
    return WriteOutcome(result="unknown", sentence=f"the write was not confirmed: {error.cause or error}")


def unread(error: ActivityError) -> WriteOutcome:
    """The outcome of a round whose read failed: nothing was sent."""
    cause = error.cause
    return WriteOutcome(result="not-sent", sentence=cause.message if isinstance(cause, FailureError) else str(error))
