"""The one way to wait in these workflows.

A cancel asks for a wake and ends nothing, so no wait may end by it. The SDK's own would, under rules that are to become
its default: there a wait tells of the workflow's cancel in whatever task it runs, also in the shielded one of a life.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityHandle

ResultT = TypeVar("ResultT")


async def waited(condition: Callable[[], bool], *, within: timedelta | None = None, summary: str | None = None) -> None:
    """Wait until the condition holds. Raises asyncio.TimeoutError where it does not `within` that time."""
    try:
        await workflow.wait_condition(condition, timeout=within, timeout_summary=summary)  # noqa: TID251 - the one place
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():  # the task's own end: the workflow leaves the worker's memory
            raise
        # Else it is the cancel of the workflow, which `run` turns into a wish. The caller looks at that.


async def answered(handle: ActivityHandle[ResultT], given_up: Callable[[], bool]) -> ResultT | None:
    """The answer of an activity, or None where `given_up` comes first: then it is cancelled.

    Raises ActivityError where it failed.
    """
    await waited(lambda: handle.done() or given_up())
    if handle.done():
        return await handle
    handle.cancel()
    with suppress(ActivityError):
        await handle
    return None
