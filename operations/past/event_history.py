"""One run of a hibernation as Temporal keeps it: the result that it left, or else what its events tell.

A hibernation that ended by itself left a result. Of any other one the events still tell what it began with and each
record it acted on, which needs neither a query nor a worker.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution

from policies.annotations import PauseRecord
from policies.models import Frozen
from policies.sleep.continuation import Continuation
from policies.sleep.ledger import Slept
from worker.temporal.run_results import UNREADABLE

_AT_ONCE = 16

ModelT = TypeVar("ModelT")
ReadT = TypeVar("ReadT")


@dataclass(frozen=True)
class RunEvent:
    """What one event tells of a sleep."""

    at: datetime
    begun: Continuation | None = None
    """What the run began with, where this event is its first and can be read."""
    record: PauseRecord | None = None
    """The record that the run began with, or that an activity is given."""
    slept: Slept | None = None
    """The sleep that has ended, as the first read of each wake is told."""
    ending: str = ""
    """How the run ended that has no result of its own."""


class _RecordPart(Frozen):
    """The part of any activity's input that tells of a sleep."""

    record: PauseRecord | None = None
    slept: Slept | None = None


async def read_each(
    runs: Sequence[WorkflowExecution], read: Callable[[WorkflowExecution], Awaitable[ReadT]]
) -> list[ReadT]:
    """What `read` makes of each run, in their order, some at once."""
    found: list[ReadT] = []
    for index in range(0, len(runs), _AT_ONCE):
        found += await asyncio.gather(*(read(run) for run in runs[index : index + _AT_ONCE]))
    return found


async def read_events(client: Client, run: WorkflowExecution) -> AsyncIterator[RunEvent]:
    """The events of a run that tell of its sleeps, the oldest first: its beginning always is. Raises RPCError."""
    async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
        at = event.event_time.ToDatetime(UTC)
        if event.HasField("workflow_execution_started_event_attributes"):
            started = event.workflow_execution_started_event_attributes
            begun = await _decode(client, started.input.payloads, Continuation)
            yield RunEvent(at, begun=begun, record=None if begun is None else begun.sleep)
        elif event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            given = await _decode(client, scheduled.input.payloads, _RecordPart)
            if given is not None:
                yield RunEvent(at, record=given.record, slept=given.slept)
        elif ending := _describe_ending(event):
            yield RunEvent(at, ending=ending)


def _describe_ending(event: HistoryEvent) -> str:
    """How a run ended that has no result of its own; empty for every other event."""
    if event.HasField("workflow_execution_terminated_event_attributes"):
        terminated = event.workflow_execution_terminated_event_attributes
        because = f": {terminated.reason}" if terminated.reason else ""
        return f"terminated by {terminated.identity or 'somebody'}{because}"
    if event.HasField("workflow_execution_failed_event_attributes"):
        return f"failed: {event.workflow_execution_failed_event_attributes.failure.message}"
    if event.HasField("workflow_execution_continued_as_new_event_attributes"):
        return "continued in the next run"
    return ""


async def _decode(client: Client, payloads: Sequence[Payload], model: type[ModelT]) -> ModelT | None:
    """The one value of an input, or None where it is not ours."""
    if len(payloads) != 1:
        return None
    try:
        (value,) = await client.data_converter.decode(payloads, [model])
    except UNREADABLE:
        return None
    return value if isinstance(value, model) else None
