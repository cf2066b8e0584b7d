"""Waiting inside an event loop until what is read is as it should be: visibility and its lists are a moment behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from patience import PATIENCE_SECONDS

ReadT = TypeVar("ReadT")
SECONDS_BETWEEN = 0.05


async def eventually(
    read: Callable[[], Awaitable[ReadT]], holds: Callable[[ReadT], object] = bool, *, what: str = "it"
) -> ReadT:
    """What was read when it held. What never does is an AssertionError that tells the last."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while not holds(found := await read()):
        assert loop.time() < deadline, f"waited in vain for {what}: {found}"
        await asyncio.sleep(SECONDS_BETWEEN)
    return found
