"""What Temporal remembers of one workload: its hibernations, open and closed, as far back as they are kept.

A hibernation that ended by itself left a result. Of any other one the events still tell the last record it had, which
needs neither a query nor a worker.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError

from activities.hibernation.visibility import HIBERNATION_STATE, POLICY
from policies.annotations import PauseRecord
from policies.costs.savings import saving_of
from policies.models import Frozen
from policies.names import hibernation_id
from policies.sleep.messages import AWAKE_PHASES, Hibernation, HibernationResult, Phase
from policies.workload import WorkloadRef
from worker.temporal.retention import find_horizon

AT_ONCE = 16
UNREADABLE = (ValueError, TypeError, KeyError, RuntimeError, WorkflowFailureError)
"""What a payload of another version, or of another converter, raises."""

ModelT = TypeVar("ModelT")


class Remembered(Frozen):
    """One run of a workload's hibernation."""

    run_id: str
    uid: str = ""
    """Of the Deployment it was about: a later one of the same name is another."""
    status: str
    """`running`, `completed`, `terminated`, ...: what became of the workflow."""
    phase: str = ""
    """Of an open one."""
    began: datetime
    ended: datetime | None = None
    policy: str = ""
    pause_id: str = ""
    original_replicas: int | None = None
    outcome: str = ""
    sentence: str = ""
    """Why it ended."""
    slept_seconds: float | None = None
    avoided_cost: float | None = None
    currency: str = ""
    trouble: str = ""
    """What of it could not be read."""

    @property
    def is_open(self) -> bool:
        """Whether its workflow is still running."""
        return self.ended is None

    @property
    def gives_back(self) -> bool:
        """Whether it is open with a workload to give back."""
        return self.is_open and self.phase not in AWAKE_PHASES


class Memory(Frozen):
    """All that is remembered of one workload, newest first."""

    server: str
    since: datetime
    """Older hibernations are forgotten, or from before this Temporal."""
    kept_days: int
    hibernations: tuple[Remembered, ...] = ()


async def remember(client: Client, cluster: str, ref: WorkloadRef, now: datetime) -> Memory:
    """Everything Temporal knows of the workload's sleeps. Raises RPCError."""
    kept, since = await find_horizon(client, cluster, now)
    query = f"WorkflowId = '{hibernation_id(cluster, ref.namespace, ref.name)}'"
    runs = sorted([run async for run in client.list_workflows(query)], key=lambda run: run.start_time, reverse=True)
    remembered: list[Remembered] = []
    for index in range(0, len(runs), AT_ONCE):
        remembered += await asyncio.gather(*(_read(client, run, now) for run in runs[index : index + AT_ONCE]))
    return Memory(
        server=client.service_client.config.target_host,
        since=since,
        kept_days=kept.days,
        hibernations=tuple(remembered),
    )


async def _read(client: Client, run: WorkflowExecution, now: datetime) -> Remembered:
    status = WorkflowExecutionStatus.RUNNING if run.status is None else run.status
    attributes = run.typed_search_attributes
    known = Remembered(
        run_id=run.run_id,
        status=status.name.lower(),
        phase=(attributes.get(HIBERNATION_STATE) or "") if status is WorkflowExecutionStatus.RUNNING else "",
        began=run.start_time,
        ended=run.close_time,
        policy=attributes.get(POLICY) or "",
    )
    try:
        if status is WorkflowExecutionStatus.COMPLETED:
            result = await read_result(client, run)
            if result is not None:
                return _with_result(known, result)
            known = known.model_copy(update={"trouble": "its result cannot be read"})
        return await _with_events(client, run, known, now)
    except RPCError as error:
        return known.model_copy(update={"trouble": f"Temporal does not tell more: {error.message}"})


async def read_result(client: Client, run: WorkflowExecution) -> HibernationResult | None:
    handle: WorkflowHandle[object, HibernationResult] = client.get_workflow_handle(
        run.id, run_id=run.run_id, result_type=HibernationResult
    )
    try:
        result: object = await handle.result(follow_runs=False)
    except UNREADABLE:
        return None
    return result if isinstance(result, HibernationResult) else None


def _with_result(known: Remembered, result: HibernationResult) -> Remembered:
    slept = result.slept_seconds > 0
    return known.model_copy(
        update={
            "uid": result.ref.uid,
            "original_replicas": result.original_replicas,
            "outcome": result.outcome,
            "sentence": result.sentence,
            "slept_seconds": result.slept_seconds if slept else None,
            "avoided_cost": result.avoided_cost if slept and result.currency else None,
            "currency": result.currency,
        }
    )


class _Order(Frozen):
    """The part of an activity's input that tells of a sleep."""

    record: PauseRecord | None = None


async def _with_events(client: Client, run: WorkflowExecution, known: Remembered, now: datetime) -> Remembered:
    """What the events of a run tell: what it began with, the last record it acted on, and how it was ended."""
    begun: Hibernation | None = None
    record: PauseRecord | None = None
    sentence = ""
    async for event in client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            begun = await decode(client, event.workflow_execution_started_event_attributes.input.payloads, Hibernation)
            record = None if begun is None else begun.sleep
        elif event.HasField("activity_task_scheduled_event_attributes"):
            order = await decode(client, event.activity_task_scheduled_event_attributes.input.payloads, _Order)
            record = record if order is None or order.record is None else order.record
        else:
            sentence = _ending(event) or sentence
    if begun is None:
        known = known.model_copy(update={"trouble": known.trouble or "its input cannot be read"})
    elif record is None and begun.pause is not None:
        known = known.model_copy(update={"original_replicas": begun.pause.seen.replicas})
    known = known.model_copy(update={"uid": "" if begun is None else begun.ref.uid, "sentence": sentence})
    return known if record is None else _with_record(known, record, now)


def _with_record(known: Remembered, record: PauseRecord, now: datetime) -> Remembered:
    update = {"pause_id": record.pause_id, "policy": record.policy, "original_replicas": record.original_replicas}
    if not known.gives_back or known.phase == Phase.PAUSING:
        return known.model_copy(update=update)
    slept = {"slept_seconds": max((now - record.paused_at).total_seconds(), 0)}
    if record.cost is None:
        return known.model_copy(update=update | slept)
    avoided = saving_of(record.cost, record.paused_at, now).avoided_so_far
    return known.model_copy(update=update | slept | {"avoided_cost": avoided, "currency": record.cost.currency})


def _ending(event: HistoryEvent) -> str:
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


async def decode(client: Client, payloads: Sequence[Payload], model: type[ModelT]) -> ModelT | None:
    """The one value of an input, or None where it is none of ours."""
    if len(payloads) != 1:
        return None
    try:
        (value,) = await client.data_converter.decode(payloads, [model])
    except UNREADABLE:
        return None
    return value if isinstance(value, model) else None
