"""What a later version left in Temporal, after a rollback to this one: codes, fields and phases of tomorrow."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deployments import create_ready, deployment, wait_for
from faults.versions import POLICY, Sleepers
from services import enforcing
from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.hibernation.visibility import CLUSTER, HIBERNATION_STATE, WORKLOAD_NAMESPACE
from policies.annotations import Because, WakeNote
from policies.names import ENFORCEMENT, HIBERNATION, RECONCILIATION, hibernation_id, run_queue, task_queue
from policies.runs.enforcement import EnforcementResult
from policies.sleep.messages import Hibernation
from policies.sleep.reconciliation import ReconcileResult
from policies.workload import WorkloadRef

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]


@workflow.defn(name=ENFORCEMENT)
class EnforcementOfTomorrow:
    """A run of a later version: its result has a reason and a field that are not known."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        result = EnforcementResult(policy=POLICY, sentence="it dreamt", told_window="tomorrow")
        return {**result.model_dump(mode="json"), "decisions": {"Dreaming": 3}, "dreams": 1}


@workflow.defn(name=RECONCILIATION)
class ReconciliationOfTomorrow:
    """A reconciliation of a later version: its result has a finding and a field that are not known."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        result = ReconcileResult(at=workflow.now())
        return {**result.model_dump(mode="json"), "found": {"dreaming": 2}, "dreams": 1}


async def test_results_and_phases_of_tomorrow_stop_nothing(installation: Callable[[str], Sleepers]) -> None:
    sleepers = installation("tomorrow")
    service, there, client = sleepers.service, sleepers.policed, sleepers.client
    dreamer = deployment(sleepers.refusing, "dreamer", replicas=2)
    create_ready(sleepers.objects, deployment(there, "first", replicas=2), dreamer)
    service.start_worker()
    service.apply(enforcing(POLICY, there))
    wait_for(lambda: sleepers.count(there, "first") == 0, what="the first pause")
    _, runs = sleepers.schedules
    await runs.pause()  # so that none is under way while nobody works
    assert await sleepers.let_run()
    assert service.stop() == 0
    later, runner = [EnforcementOfTomorrow, ReconciliationOfTomorrow], UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=run_queue(sleepers.name), workflows=later, workflow_runner=runner):
        assert await sleepers.let_run()
    await dream(sleepers, WorkloadRef(namespace=sleepers.refusing, name="dreamer"))
    await runs.unpause()

    assert set(sleepers.phases()) >= {"first", "dreamer"}, "status is shown all the same"
    service.start_worker()
    assert await sleepers.let_run(), service.log.read_text()[-3000:]
    create_ready(sleepers.objects, deployment(there, "second", replicas=1))
    wait_for(lambda: sleepers.count(there, "second") == 0, what="a run after one of tomorrow")
    service.run("keep-awake", f"{sleepers.refusing}/dreamer", "--for", "4h")  # whatever it is taken for, it listens
    service.run("delete", POLICY, "--yes")
    wait_for(lambda: (sleepers.count(there, "first"), sleepers.count(there, "second")) == (2, 1), what="both wakes")
    assert sleepers.count(sleepers.refusing, "dreamer") == 2
    assert service.stop() == 0


async def dream(sleepers: Sleepers, ref: WorkloadRef) -> None:
    """An open hibernation in a phase that this version does not know."""
    now = datetime.now(UTC).replace(microsecond=0)
    note = WakeNote(resumed_at=now, awake_until=now + timedelta(minutes=30), because=Because.KEEP_AWAKE)
    instance = sleepers.service.environment["FINOPS_INSTANCE"]
    await sleepers.client.start_workflow(
        HIBERNATION,
        Hibernation(cluster=sleepers.name, instance=instance, ref=ref, awake=note),
        id=hibernation_id(sleepers.name, ref.key),
        task_queue=task_queue(sleepers.name),
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(CLUSTER, sleepers.name),
                SearchAttributePair(WORKLOAD_NAMESPACE, ref.namespace),
                SearchAttributePair(HIBERNATION_STATE, "dreaming"),
            ]
        ),
    )
