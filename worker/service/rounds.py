"""Loops that go round for as long as a worker runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

ROUND_SECONDS = 2.0

_LOG = logging.getLogger(__name__)


async def keep_going(
    go_round: Callable[[], Awaitable[object]],
    trouble: str,
    *,
    every: float = ROUND_SECONDS,
    first_after: float = ROUND_SECONDS,
) -> None:
    """Go round again and again until cancelled; the first time after a while, because a start has just done the same.
    Nothing else ends it: what goes wrong is logged as this trouble, and the next round may work. Times in seconds.
    """
    await asyncio.sleep(first_after)
    while True:
        try:
            await go_round()
        except Exception:  # noqa: BLE001 - see above
            _LOG.exception(trouble)
        await asyncio.sleep(every)
