"""A run whose Schedule hands on a result that nobody can read: it counts as none, and the run goes on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from eventually import eventually
from temporalio import activity, workflow
from temporalio.client import Client, Schedule, ScheduleActionStartWorkflow, ScheduleIntervalSpec, ScheduleSpec
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.reconciliation.compare import ReconcileOrder
from activities.runs.open_and_start import OpenRun, RunClosed, RunOpened
from policies.names import ENFORCEMENT, RECONCILIATION
from policies.runs.digests import Digest
from policies.runs.enforcement import Enforcement
from policies.sleep.reconciliation import Reconcile, ReconcileResult
from worker.temporal.run_results import list_recent_runs
from workflows.enforcement import EnforcementWorkflow
from workflows.reconciliation import ReconciliationWorkflow

pytestmark = pytest.mark.temporal

OF_ANOTHER_SHAPE = {"policy": ["nights"], "sentence": {"x": 1}, "found": "nothing"}


@workflow.defn(name=ENFORCEMENT)
class OtherEnforcement:
    """A run of another version."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        return OF_ANOTHER_SHAPE


@workflow.defn(name=RECONCILIATION)
class OtherReconciliation:
    """The same of a reconciliation."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        return OF_ANOTHER_SHAPE


@activity.defn
async def open_run(_: OpenRun) -> RunOpened:
    return RunOpened(dry_run=True, skip="no window runs")


@activity.defn
async def close_run(_: RunClosed) -> None:
    """Nothing is counted."""


@activity.defn
async def tell_run(_: Digest) -> None:
    """Nobody is told."""


@activity.defn
async def reconcile(order: ReconcileOrder) -> ReconcileResult:
    return ReconcileResult(sentence=f"before: {order.before.sentence or 'nothing'}")


async def run_twice(client: Client, other: type, real: type, name: str, given: Any) -> str:
    """What the second run of a Schedule says, after one whose result cannot be read."""
    queue = f"last-{uuid4().hex[:8]}"
    handle = await client.create_schedule(
        queue,
        Schedule(
            action=ScheduleActionStartWorkflow(name, given(queue), id=queue, task_queue=queue),
            spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=30))]),
        ),
    )
    for wanted, workflow_class in enumerate((other, real), start=1):
        async with Worker(
            client,
            task_queue=queue,
            workflows=[workflow_class],
            activities=[open_run, close_run, tell_run, reconcile],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await handle.trigger()
            ran = await _runs(client, queue, wanted)
            result: Any = await client.get_workflow_handle(ran[0]).result()
    return str(result["sentence"])


async def _runs(client: Client, schedule_id: str, number: int) -> list[str]:
    return await eventually(
        lambda: list_recent_runs(client, schedule_id), lambda runs: len(runs) == number, what="the next run"
    )


async def test_an_enforcement_goes_on(temporal_client: Client) -> None:
    said = await run_twice(
        temporal_client,
        OtherEnforcement,
        EnforcementWorkflow,
        ENFORCEMENT,
        lambda queue: Enforcement(cluster=queue, policy="nights"),
    )
    assert said == "This run did nothing: no window runs."


async def test_a_reconciliation_goes_on(temporal_client: Client) -> None:
    said = await run_twice(
        temporal_client,
        OtherReconciliation,
        ReconciliationWorkflow,
        RECONCILIATION,
        lambda queue: Reconcile(cluster=queue),
    )
    assert said == "before: nothing"
