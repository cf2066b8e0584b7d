"""Waiting inside an event loop until what is read is as it should be: visibility and its lists are a moment behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

ReadT = TypeVar("ReadT")
SECONDS_BETWEEN = 0.05


async def eventually(
    read: Callable[[], Awaitable[ReadT]], holds: Callable[[ReadT], object] = bool, *, tries: int = 200, what: str = "it"
) -> ReadT:
    """What was read when it held. Read so often, a moment apart; then it is an AssertionError that tells the last."""
    for _ in range(tries):
        found = await read()
        if holds(found):
            return found
        await asyncio.sleep(SECONDS_BETWEEN)
    raise AssertionError(f"waited in vain for {what}: {found}")
