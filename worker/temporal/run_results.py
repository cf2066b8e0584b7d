"""What runs came to that are over: one run's result, and that of the last run which a Schedule started.

A result may be of another version, or under a key that was removed: one that cannot be read hides no other.
"""

import asyncio
from collections.abc import Iterable
from typing import TypeVar

from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from policies.names import policy_schedule_id
from policies.runs.enforcement import EnforcementResult
from worker.errors import EncryptionError

UNREADABLE = (ValueError, TypeError, KeyError, RuntimeError, WorkflowFailureError, EncryptionError)
"""What a payload of another version or converter raises, or one whose key was removed."""

ResultT = TypeVar("ResultT")


async def read_result(client: Client, workflow_id: str, run_id: str | None, model: type[ResultT]) -> ResultT | None:
    """What a completed run left; None where that cannot be read, or is something else. Without the id of a run the
    latest one of the workflow is meant. Raises RPCError.
    """
    handle: WorkflowHandle[object, ResultT] = client.get_workflow_handle(workflow_id, run_id=run_id, result_type=model)
    try:
        result: object = await handle.result(follow_runs=False)
    except UNREADABLE:
        return None
    return result if isinstance(result, model) else None


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


async def read_last_result(client: Client, schedule_id: str, model: type[ResultT]) -> ResultT | None:
    """The result of the latest run that is over, or None where there was no run, retention has removed it, or it cannot
    be read.

    Raises RPCError.
    """
    try:
        for workflow_id in await list_recent_runs(client, schedule_id):
            if (await client.get_workflow_handle(workflow_id).describe()).status is WorkflowExecutionStatus.COMPLETED:
                return await read_result(client, workflow_id, None, model)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None


async def read_last_enforcements(client: Client, cluster: str, policies: Iterable[str]) -> dict[str, EnforcementResult]:
    """What the last runs of these policies came to, as far as there are any. Raises RPCError."""
    names = tuple(policies)
    found = await asyncio.gather(
        *(read_last_result(client, policy_schedule_id(cluster, name), EnforcementResult) for name in names)
    )
    return {name: result for name, result in zip(names, found, strict=True) if result is not None}
