"""A timer that can be moved, and that anything else worth looking at cuts short."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from temporalio import workflow


async def wait_until(ends_at: datetime | None, interrupted: Callable[[], bool], *, summary: str) -> None:
    """Wait for the instant, or until `interrupted` answers True. Without an instant only that ends the wait.

    The caller loops: to move the timer it changes the instant, lets `interrupted` say so, and waits again.
    """
    if ends_at is None:
        await workflow.wait_condition(interrupted)
        return
    left = ends_at - workflow.now()
    try:
        await workflow.wait_condition(interrupted, timeout=max(left.total_seconds(), 0), timeout_summary=summary)
    except asyncio.TimeoutError:  # noqa: UP041 - the SDK names it so, and in 3.11 they are one
        return
