"""A timer that can be moved, and that anything else worth looking at cuts short."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from workflows.waiting import waited


async def wait_until(ends_at: datetime | None, interrupted: Callable[[], bool], *, summary: str) -> None:
    """Wait for the instant, or until `interrupted` answers True. Without an instant only that ends the wait.

    The caller loops: to move the timer it changes the instant, lets `interrupted` say so, and waits again.
    """
    if ends_at is None:
        await waited(interrupted)
        return
    left = max(ends_at - workflow.now(), timedelta(0))
    try:
        await waited(interrupted, within=left, summary=summary)
    except asyncio.TimeoutError:  # noqa: UP041 - the SDK names it so, and in 3.11 they are one
        return
