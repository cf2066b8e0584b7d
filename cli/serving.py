"""A process that serves until it is told to stop: the first signal ends it cleanly, the second at once."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from cli.ending import INTERRUPTED
from worker.service.allocator import keep_trimmed, use_one_arena

_LOG = logging.getLogger(__name__)


class Stop:
    """The wish to stop."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._serving = False
        self._task: asyncio.Task[None] | None = None

    async def wait(self) -> None:
        """Serve until somebody asks for the end. Before this call a signal breaks the start off."""
        self._serving = True
        await self._asked.wait()

    def listen(self, task: "asyncio.Task[None]") -> None:
        """Take SIGINT, SIGTERM and the hang-up of a closed terminal on behalf of this task."""
        self._task = task
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(each, self._ask)

    def _ask(self) -> None:
        if self._asked.is_set():
            os._exit(INTERRUPTED)
        self._asked.set()
        if not self._serving and self._task is not None:
            self._task.cancel()


def serve(body: Callable[[Stop], Coroutine[Any, Any, None]]) -> None:
    """Run the body until it is stopped. What goes wrong at the start is raised."""
    use_one_arena()
    asyncio.run(_serve(body))


async def _serve(body: Callable[[Stop], Coroutine[Any, Any, None]]) -> None:
    stop = Stop()
    task, trimming = asyncio.create_task(body(stop)), asyncio.create_task(keep_trimmed())
    stop.listen(task)
    try:
        await task
    except asyncio.CancelledError:
        _LOG.info("stopped before it was up")
    finally:
        trimming.cancel()
