"""The last runs that a Schedule started, and what the last one that is over came to."""

from collections.abc import Iterable
from typing import Any, TypeVar

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from policies.names import policy_schedule_id
from policies.runs.enforcement import EnforcementResult

ResultT = TypeVar("ResultT")


async def list_recent_runs(client: Client, schedule_id: str) -> list[str]:
    """The workflow ids of its last runs, newest first, over or not; empty where there is no such Schedule.

    Raises RPCError.
    """
    try:
        description = await client.get_schedule_handle(schedule_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return []
    actions = (each.action for each in reversed(description.info.recent_actions))
    return [each.workflow_id for each in actions if isinstance(each, ScheduleActionExecutionStartWorkflow)]


async def read_last_result(client: Client, schedule_id: str, result_type: type[ResultT]) -> ResultT | None:
    """The result of the latest run that is over, or None where there was no run, or retention has removed it.

    Raises RPCError.
    """
    try:
        for workflow_id in await list_recent_runs(client, schedule_id):
            handle: Any = client.get_workflow_handle(workflow_id, result_type=result_type)
            if (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED:
                result: ResultT = await handle.result()
                return result
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None


async def read_last_enforcements(client: Client, cluster: str, policies: Iterable[str]) -> dict[str, EnforcementResult]:
    """What the last runs of these policies came to, as far as there are any. Raises RPCError."""
    found = {
        name: await read_last_result(client, policy_schedule_id(cluster, name), EnforcementResult) for name in policies
    }
    return {name: result for name, result in found.items() if result is not None}
