"""The commands' way to Temporal: open hibernations by visibility, one by its id, and whether a worker is there."""

from collections.abc import AsyncIterator
from datetime import datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities import visibility
from cli.session import Session
from policies.hibernation import Phase
from policies.models import Frozen
from policies.names import HIBERNATION, TROUBLE, hibernation_id, task_queue
from policies.workload import WorkloadRef
from worker.connection import connect

ASLEEP_PHASES = (Phase.PAUSING, Phase.ASLEEP, Phase.RESUMING, Phase.RESUME_FAILING)
"""Phases in which a wake is something to do."""


class OpenHibernation(Frozen):
    """An open hibernation as visibility shows it."""

    workflow_id: str
    run_id: str
    namespace: str
    name: str
    policy: str
    phase: str
    since: datetime
    until: datetime | None = None
    saved_per_day: float | None = None
    trouble: str = ""
    """What keeps it from going on."""


async def open_client(session: Session) -> Client:
    """A client of the Temporal that is configured, or of the one `finops run` started. Raises ConnectionFailed."""
    return await connect(session.state)


def open_query(cluster: str, *, namespace: str | None = None, policy: str | None = None) -> str:
    """The visibility query for a cluster's open hibernations. All values are names that were validated."""
    parts = [f"WorkflowType = '{HIBERNATION}'", f"Cluster = '{cluster}'", "ExecutionStatus = 'Running'"]
    if namespace is not None:
        parts.append(f"WorkloadNamespace = '{namespace}'")
    if policy is not None:
        parts.append(f"Policy = '{policy}'")
    return " AND ".join(parts)


async def list_open(client: Client, query: str) -> AsyncIterator[OpenHibernation]:
    """The open hibernations that a query finds. None where Temporal knows nothing of this product yet."""
    try:
        async for execution in client.list_workflows(query, page_size=500):
            yield await _as_open(execution)
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            raise


async def count_sleeping(client: Client, cluster: str) -> int:
    """How many open hibernations have a workload to give back."""
    phases = ", ".join(f"'{phase}'" for phase in ASLEEP_PHASES)
    counted = await client.count_workflows(f"{open_query(cluster)} AND HibernationState IN ({phases})")
    return counted.count


async def find_open(client: Client, cluster: str, ref: WorkloadRef) -> WorkflowExecutionDescription | None:
    """The open hibernation of one workload, read from the server itself and not from visibility."""
    handle = client.get_workflow_handle(hibernation_id(cluster, ref.namespace, ref.name))
    try:
        description = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return description if description.status is WorkflowExecutionStatus.RUNNING else None


def phase_of(execution: WorkflowExecution) -> str:
    """The phase in the search attributes."""
    return execution.typed_search_attributes.get(visibility.HIBERNATION_STATE) or ""


async def has_worker(client: Client, cluster: str) -> bool:
    """Whether somebody polled the cluster's queue in the last minutes, as far as the server knows."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue(cluster)),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    described = await client.workflow_service.describe_task_queue(request, retry=True)
    return len(described.pollers) > 0


async def _as_open(execution: WorkflowExecution) -> OpenHibernation:
    attributes = execution.typed_search_attributes
    *_, namespace, name = execution.id.split("/")
    return OpenHibernation(
        workflow_id=execution.id,
        run_id=execution.run_id,
        namespace=attributes.get(visibility.WORKLOAD_NAMESPACE) or namespace,
        name=name,
        policy=attributes.get(visibility.POLICY) or "",
        phase=phase_of(execution),
        since=execution.start_time,
        until=attributes.get(visibility.RESUME_AT) if phase_of(execution) in ASLEEP_PHASES else None,
        saved_per_day=attributes.get(visibility.SAVED_PER_DAY) if phase_of(execution) in ASLEEP_PHASES else None,
        trouble=str(await execution.memo_value(TROUBLE, default="")),
    )
