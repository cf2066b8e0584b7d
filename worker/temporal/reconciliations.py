"""The reconciliations of a cluster, seen from outside: what the last one found, and that they go on."""

import asyncio
import logging
from datetime import timedelta

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from policies.names import reconcile_id
from policies.sleep.reconciliation import ReconcileResult
from worker.temporal.cluster_record import start_reconciling

STALLED_AFTER = timedelta(minutes=12)
"""More than two periods of the Schedule."""

_LOG = logging.getLogger(__name__)


async def read_last_reconciliation(client: Client, cluster: str) -> ReconcileResult | None:
    """The result of the latest run that is over, or None where there was no run, or retention has removed it."""
    try:
        for workflow_id in await list_recent_runs(client, cluster):
            handle = client.get_workflow_handle(workflow_id, result_type=ReconcileResult)
            if (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED:
                result: ReconcileResult = await handle.result()
                return result
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None


async def list_recent_runs(client: Client, cluster: str) -> list[str]:
    """The workflow ids of the last reconciliations, newest first, over or not. Raises RPCError."""
    try:
        description = await client.get_schedule_handle(reconcile_id(cluster)).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return []
    actions = (each.action for each in reversed(description.info.recent_actions))
    return [each.workflow_id for each in actions if isinstance(each, ScheduleActionExecutionStartWorkflow)]


async def keep_reconciling(client: Client, cluster: str, stalled_after: timedelta = STALLED_AFTER) -> None:
    """Start a reconciliation wherever the Schedule has started none for so long, until cancelled.

    Schedules and timers sleep by Temporal's clock: one that was hours ahead and is set right leaves them asleep for
    hours. The event loop counts by a clock that nobody sets, and the reconciliation wakes what is due.
    """
    handle, before = client.get_schedule_handle(reconcile_id(cluster)), -1
    while True:
        await asyncio.sleep(stalled_after.total_seconds())
        try:
            description = await handle.describe()
            actions = description.info.num_actions
            if actions == before and not description.schedule.state.paused:
                _LOG.warning("the Schedule of the reconciliation has slept too long: one is started")
                await start_reconciling(client, cluster)
                actions += 1
        except RPCError as error:
            _LOG.warning("whether reconciliations go on could not be read from Temporal: %s", error.message)
        else:
            before = actions
