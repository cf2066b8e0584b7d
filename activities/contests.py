"""What a contest over a replica count needs beside the count: what earlier hibernations did, and a word to a person."""

from datetime import datetime

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus

from activities.alerts import alert
from policies.hibernation import HibernationResult
from policies.models import Frozen
from policies.times import to_rfc3339
from policies.workload import WorkloadRef


class RecallOrder(Frozen):
    """Recall what this workload's earlier hibernations did since then."""

    since: datetime


class Recalled(Frozen):
    """When they put the workload to sleep again."""

    reasserts: tuple[datetime, ...] = ()


class ContestedOrder(Frozen):
    """Tell a person that a workload is contested."""

    ref: WorkloadRef
    sentence: str


class ContestActivities:
    """For the hibernation that calls: its own workflow id names the workload."""

    @activity.defn
    async def recall_reasserts(self, order: RecallOrder) -> Recalled:
        """Look through the closed runs of this workflow id. A run that was terminated has no result to look at."""
        client, workflow_id = activity.client(), activity.info().workflow_id
        query = f"WorkflowId = '{workflow_id}' AND CloseTime >= '{to_rfc3339(order.since)}'"
        reasserts: list[datetime] = []
        async for execution in client.list_workflows(query):
            if execution.status is not WorkflowExecutionStatus.COMPLETED:
                continue
            closed = client.get_workflow_handle(execution.id, run_id=execution.run_id, result_type=HibernationResult)
            reasserts += (await closed.result(follow_runs=False)).reasserts
        return Recalled(reasserts=tuple(reasserts))

    @activity.defn
    async def tell_contested(self, order: ContestedOrder) -> None:
        """The alert."""
        alert("contested", f"{order.ref} stays awake for a day: {order.sentence}", workload=str(order.ref))
