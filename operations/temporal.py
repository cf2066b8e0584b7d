"""The commands' way to Temporal: open hibernations by visibility, one by its id, and whether a worker is there."""

from collections.abc import Iterable

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation import visibility
from activities.hibernation.listing import ListedHibernation, list_open, open_query, outside_phases
from operations.installation import Installation
from policies.keys import WorkloadKey
from policies.names import hibernation_id, task_queue
from policies.policy.document import EnforcementPolicy
from policies.runs.first_window import NONE_REMEMBERED, FirstWindows, first_window_limit
from policies.sleep.messages import AWAKE_PHASES
from worker.errors import ConnectionFailed
from worker.temporal.connection import connect
from worker.temporal.encryption import build_converter
from worker.temporal.run_results import read_last_enforcements


async def open_client(installation: Installation) -> Client:
    """A client of the Temporal that is configured, or of the one `finops run` started.

    Raises ConnectionFailed.
    """
    settings = installation.shared_settings
    converter = build_converter(settings.payload_keys)
    return await connect(installation.state, converter=converter, api_key_file=settings.temporal_api_key_file)


async def recall_first_windows(installation: Installation, policies: Iterable[EnforcementPolicy]) -> FirstWindows:
    """What the last runs of these policies, which are in force, remember of their first windows."""
    braked = [each.name for each in policies if first_window_limit(each) is not None]
    if not braked:
        return NONE_REMEMBERED
    try:
        client = await open_client(installation)
        results = await read_last_enforcements(client, installation.settings.cluster, braked)
    except (ConnectionFailed, RPCError):
        return FirstWindows(unknown=frozenset(braked))
    return FirstWindows(
        known={name: each.first_window for name, each in results.items() if each.first_window is not None}
    )


async def count_sleeping(client: Client, cluster: str) -> int:
    """How many open hibernations have a workload to wake."""
    counted = await client.count_workflows(_sleeping(cluster))
    return counted.count


async def find_first_due(client: Client, cluster: str) -> ListedHibernation | None:
    """The first of those that wakes by itself; None where none does."""
    due = [(each.resume_at, each) async for each in list_open(client, _sleeping(cluster)) if each.resume_at is not None]
    return min(due, key=lambda pair: pair[0], default=(None, None))[1]


def _sleeping(cluster: str) -> str:
    return f"{open_query(cluster)} AND {outside_phases(*AWAKE_PHASES)}"


async def find_open(client: Client, cluster: str, workload: WorkloadKey) -> WorkflowExecutionDescription | None:
    """The open hibernation of one workload, read from the server itself and not from visibility."""
    handle = client.get_workflow_handle(hibernation_id(cluster, workload))
    try:
        description = await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return description if description.status is WorkflowExecutionStatus.RUNNING else None


async def find_page(installation: Installation, workload: WorkloadKey) -> str:
    """The page of the workload's open hibernation in Temporal's UI; empty where it has none, or where it is not known
    where that UI is. Where Temporal does not answer, the page of the latest one.
    """
    ui, cluster = installation.web_ui, installation.settings.cluster
    if ui is None:
        return ""
    try:
        found = await find_open(await open_client(installation), cluster, workload)
    except (ConnectionFailed, RPCError):
        return ui.hibernation_page(cluster, workload)
    return "" if found is None else ui.hibernation_page(cluster, workload, found.run_id)


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
