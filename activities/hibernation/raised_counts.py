"""What a contest over a replica count needs beside the count: what earlier hibernations did, and a word to a person."""

from collections.abc import AsyncIterator
from datetime import datetime

from temporalio import activity
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.alerts.raised import alert
from policies.models import Frozen
from policies.sleep.ledger import Slept
from policies.sleep.messages import HibernationResult
from policies.times import to_rfc3339
from policies.workload import WorkloadRef


class RecallOrder(Frozen):
    """Recall what this workload's earlier hibernations did since then."""

    since: datetime


class Recalled(Frozen):
    """What they did: when they put the workload to sleep again, or how it last slept."""

    reasserts: tuple[datetime, ...] = ()
    last_sleep: Slept | None = None


class ContestedOrder(Frozen):
    """Tell a person that a workload is contested."""

    ref: WorkloadRef
    sentence: str


class ContestActivities:
    """For the hibernation that calls: its own workflow id names the workload."""

    @activity.defn
    async def recall_reasserts(self, order: RecallOrder) -> Recalled:
        """When all closed runs of this workflow id put the workload to sleep again."""
        reasserts: list[datetime] = []
        async for result in _closed_since(order.since):
            reasserts += result.reasserts
        return Recalled(reasserts=tuple(reasserts))

    @activity.defn
    async def recall_last_sleep(self, order: RecallOrder) -> Recalled:
        """Of the closed runs of this workflow id, the last sleep that any of them had."""
        async for result in _closed_since(order.since):
            if result.sleeps:
                return Recalled(last_sleep=result.sleeps[-1])
        return Recalled()

    @activity.defn
    async def tell_contested(self, order: ContestedOrder) -> None:
        """Raise the alert."""
        alert("contested", f"{order.ref} stays awake for a day: {order.sentence}", workload=str(order.ref))


async def _closed_since(since: datetime) -> AsyncIterator[HibernationResult]:
    """The results of the closed runs of the workflow that calls, the latest first: the order of every visibility store.

    A run that was terminated has no result to look at, and one under a key that was removed none that can be read.
    """
    client, workflow_id = activity.client(), activity.info().workflow_id
    query = f"WorkflowId = '{workflow_id}' AND CloseTime >= '{to_rfc3339(since)}'"
    async for execution in client.list_workflows(query):
        if execution.status is WorkflowExecutionStatus.COMPLETED:
            closed = client.get_workflow_handle(execution.id, run_id=execution.run_id, result_type=HibernationResult)
            try:
                result = await closed.result(follow_runs=False)
            except RPCError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever a codec raises: one result must not hide all others
                activity.logger.warning("the result of %s cannot be read: %s", execution.run_id, error)
                continue
            yield result
