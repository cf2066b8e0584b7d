"""What a real Temporal remembers of a workload, without any worker of the product."""

from datetime import UTC, datetime, timedelta

import pytest
from cases import COST, NOW, workload
from eventually import eventually
from ids import id_of
from orders import pause_order
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from activities.hibernation.starting import start_hibernation
from operations.past.hibernation_runs import KnownRuns, read_runs
from policies.annotations import PREFIX, PauseRecord
from policies.keys import WorkloadKey
from policies.names import hibernation_id
from policies.sleep.messages import Hibernation
from policies.workload import WorkloadRef, observe
from worker.temporal.attributes import register_attributes

pytestmark = pytest.mark.temporal

CLUSTER = "memory"
RECORD = PauseRecord(
    pause_id="p-1", instance="me", policy="idle-dev", paused_at=NOW - timedelta(hours=2), original_replicas=4, cost=COST
)


@workflow.defn(name="FromAnotherTime")
class FromAnotherTime:
    """Whatever once stood under this id, its result means nothing to us."""

    @workflow.run
    async def run(self) -> str:
        return "not a result of ours"


async def begin(client: Client, hibernation: Hibernation) -> None:
    """An open hibernation that no worker has touched yet."""
    await register_attributes(client)
    await start_hibernation(client, hibernation)


async def remembered(client: Client, key: WorkloadKey, *wanted: str) -> KnownRuns:
    """What is remembered, as soon as visibility shows runs with these statuses."""
    return await eventually(
        lambda: read_runs(client, CLUSTER, key, NOW),
        lambda known: set(wanted) == {run.status for run in known.hibernations},
        what=f"runs that are {wanted}",
    )


async def test_an_open_hibernation_tells_its_count_and_what_it_has_saved_so_far(temporal_client: Client) -> None:
    ref = WorkloadRef(namespace="dev-shop", name="open", uid="u1")
    await begin(temporal_client, Hibernation(cluster=CLUSTER, instance="me", ref=ref, sleep=RECORD))
    (run,) = (await remembered(temporal_client, ref.key, "running")).hibernations
    assert (run.phase, run.policy, run.pause_id, run.original_replicas) == ("asleep", "idle-dev", "p-1", 4)
    assert (run.slept_seconds, run.currency) == (7200, "USD")
    assert run.avoided_cost == pytest.approx(0.24)
    assert (run.uid, run.is_open, run.has_to_wake) == ("u1", True, True)


async def test_a_terminated_one_tells_the_count_it_was_started_with_and_who_ended_it(temporal_client: Client) -> None:
    found = workload(name="ended", replicas=5)
    order = pause_order(seen=observe(found, PREFIX), policy="idle-dev", not_after=datetime.now(UTC))
    await begin(temporal_client, Hibernation(cluster=CLUSTER, instance="me", ref=found.ref, pause=order))
    handle = temporal_client.get_workflow_handle(id_of(CLUSTER, "dev-shop", "ended"))
    await handle.terminate(reason="a mistake")
    (run,) = (await remembered(temporal_client, found.ref.key, "terminated")).hibernations
    assert (run.original_replicas, run.is_open, run.has_to_wake) == (5, False, False)
    assert run.sentence.startswith("terminated by ")
    assert run.sentence.endswith(": a mistake")


async def test_a_result_of_another_kind_is_told_as_such_and_hides_no_other_run(temporal_client: Client) -> None:
    ref = WorkloadRef(namespace="dev-shop", name="odd")
    workflow_id = hibernation_id(CLUSTER, ref.key)
    async with Worker(temporal_client, task_queue="odd", workflows=[FromAnotherTime]):
        await temporal_client.execute_workflow("FromAnotherTime", id=workflow_id, task_queue="odd")
    await begin(temporal_client, Hibernation(cluster=CLUSTER, instance="me", ref=ref, sleep=RECORD))
    newest, oldest = (await remembered(temporal_client, ref.key, "running", "completed")).hibernations
    assert (newest.status, newest.original_replicas) == ("running", 4)
    assert (oldest.trouble, oldest.original_replicas) == ("its result cannot be read", None)


async def test_nothing_is_remembered_of_what_never_slept_and_it_is_said_since_when(temporal_client: Client) -> None:
    known = await read_runs(temporal_client, CLUSTER, WorkloadKey("dev-shop", "never"), NOW)
    assert known.hibernations == ()
    assert known.since == NOW - timedelta(days=known.kept_days)
