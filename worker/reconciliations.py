"""What the last reconciliation of a cluster found, read from Temporal."""

from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from policies.names import reconcile_id
from policies.reconciling import ReconcileResult


async def read_last_reconciliation(client: Client, cluster: str) -> ReconcileResult | None:
    """The result of the latest run that is over, or None where there was none, or retention has removed it."""
    try:
        description = await client.get_schedule_handle(reconcile_id(cluster)).describe()
        for recent in reversed(description.info.recent_actions):
            if isinstance(recent.action, ScheduleActionExecutionStartWorkflow):
                handle = client.get_workflow_handle(recent.action.workflow_id, result_type=ReconcileResult)
                if (await handle.describe()).status is WorkflowExecutionStatus.COMPLETED:
                    result: ReconcileResult = await handle.result()
                    return result
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return None
