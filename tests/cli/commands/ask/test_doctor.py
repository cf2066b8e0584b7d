"""What doctor finds when something is odd, on real servers, and what it says is to be done."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deployments import create_ready, deployment, wait_for
from ids import id_of
from services import Service, enforcing
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.hibernation.visibility import CLUSTER, HIBERNATION_STATE, RESUME_AT
from localcluster import LocalCluster
from policies.names import HIBERNATION, policy_schedule_id
from policies.policy.document import EnforcementPolicy
from policies.times import to_rfc3339
from worker.temporal.schedules import put_schedule

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAME = "doctor"


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, temporal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A `finops worker` beside a Temporal of its own, with two policies that never come to anything."""
    folder = tmp_path_factory.mktemp("doctor")
    made = Service(cluster.kubeconfig, folder, cluster=NAME, interval="1h", TEMPORAL_ADDRESS=temporal)
    made.state.policies.mkdir(parents=True)
    for name in ("one", "two"):
        made.apply(enforcing(name, "nowhere"))
    made.start_worker()
    wait_for(lambda: finding(made, "worker")["level"] == "ok", what="the worker")
    yield made
    made.stop()


@pytest.fixture(scope="module")
async def client(temporal: str) -> Client:
    return await Client.connect(temporal, data_converter=pydantic_data_converter)


def findings(service: Service, subject: str) -> list[dict[str, Any]]:
    """Whether or not doctor fails over something else."""
    return [each for each in service.checks() if each["subject"] == subject]


def finding(service: Service, subject: str) -> dict[str, Any]:
    (found,) = findings(service, subject)
    return found


def test_all_is_well_at_first(service: Service) -> None:
    assert finding(service, "Schedules")["sentence"] == "2 of policies, all running"
    assert "answered 2 times" in finding(service, "worker")["sentence"]
    for subject in ("sleepers", "histories", "contested", "sight of the worker"):
        assert finding(service, subject)["level"] == "ok", subject


async def test_a_schedule_that_is_missing_paused_or_left_over_is_named(service: Service, client: Client) -> None:
    await client.get_schedule_handle(policy_schedule_id(NAME, "one")).delete()
    await client.get_schedule_handle(policy_schedule_id(NAME, "two")).pause(note="anna")
    stray = EnforcementPolicy.model_validate(
        {
            "apiVersion": "finops.io/v1alpha1",
            "kind": "EnforcementPolicy",
            "metadata": {"name": "stray"},
            "spec": {"scope": {"namespaces": {"include": ["nowhere"]}}},
        }
    )
    await put_schedule(client, NAME, stray, timedelta(hours=1))
    wanted = {
        "policy one has no Schedule",
        "the Schedule of policy two is paused (anna)",
        f"the Schedule policy/{NAME}/stray has no policy",
    }

    def told() -> list[str]:
        return [each["sentence"] for each in findings(service, "Schedules")]

    await until(lambda: {part for part in wanted for each in told() if each.startswith(part)} == wanted)
    (paused,) = (each for each in told() if "paused" in each)
    assert f"temporal schedule toggle --unpause --schedule-id policy/{NAME}/two" in paused


async def test_a_sleeper_past_its_time_and_a_history_that_grows_are_named(service: Service, client: Client) -> None:
    late = datetime.now(UTC) - timedelta(hours=1)
    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(CLUSTER, NAME),
            SearchAttributePair(HIBERNATION_STATE, "asleep"),
            SearchAttributePair(RESUME_AT, late),
        ]
    )
    handle = await client.start_workflow(
        HIBERNATION,
        id=id_of(NAME, "shop", "late"),
        task_queue="nobody-polls",
        search_attributes=attributes,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    for _ in range(20):
        await asyncio.gather(*(handle.signal("check") for _ in range(52)))
    try:
        await until(lambda: "shop/late" in finding(service, "sleepers")["sentence"])
        assert "finops resume NAMESPACE/NAME" in finding(service, "sleepers")["mend"]
        assert "shop/late (1" in finding(service, "histories")["sentence"]
    finally:
        await handle.terminate()


def test_what_somebody_goes_on_scaling_up_is_named(service: Service, cluster: LocalCluster, namespace: str) -> None:
    soon = to_rfc3339(datetime.now(UTC) + timedelta(hours=20))
    note = {"finops.io/awake-until": soon, "finops.io/awake-because": "contested"}
    cluster.objects.create(deployment(namespace, "fought-over", annotations=note))
    assert f"{namespace}/fought-over" in finding(service, "contested")["sentence"]


def test_a_deployment_that_is_up_and_polls_elsewhere_is_named(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    labels = {"app.kubernetes.io/name": "finops-enforcer", "app.kubernetes.io/component": "worker"}
    create_ready(cluster.objects, deployment(namespace, "enforcer", labels=labels))
    wait_for(lambda: available(cluster, namespace, "enforcer"), what="its pods")
    (found,) = (each for each in service.checks("--cluster", "lonely") if each["subject"] == "worker")
    assert found["level"] == "fail"
    assert f"although {namespace}/enforcer is up" in found["sentence"]


def available(cluster: LocalCluster, namespace: str, name: str) -> bool:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
    return bool(cluster.objects.get(path).get("status", {}).get("availableReplicas"))


def test_a_worker_that_polled_a_moment_ago_and_is_dead_is_not_taken_for_one_that_polls(service: Service) -> None:
    """As in a crash loop: Temporal goes on naming it for minutes."""
    service.kill()
    found = finding(service, "worker")
    assert (found["level"], "none answers" in found["sentence"]) == ("fail", True)
    service.start_worker()
    wait_for(lambda: finding(service, "worker")["level"] == "ok", what="the next worker")


def test_a_sleeper_that_was_restored_under_another_installation_comes_with_the_command_that_wakes_it(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    """As from a backup of another cluster."""
    record = {"paused": "true", "original-replicas": "2", "instance": "of-the-backup", "pause-id": "p-1"}
    annotations = {f"finops.io/{key}": value for key, value in record.items()}
    cluster.objects.create(deployment(namespace, "restored", replicas=0, annotations=annotations))
    service.kill()
    service.start_worker()  # which compares at once
    wait_for(lambda: f"{namespace}/restored" in service.run("status").stdout, what="the comparison")
    assert "finops resume NAMESPACE/NAME wakes one" in " ".join(service.run("status").stdout.split())
    service.run("resume", f"{namespace}/restored", "--direct", "--yes")
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/restored"
    assert cluster.objects.get(path)["spec"]["replicas"] == 2


async def until(holds: Any) -> None:
    await asyncio.to_thread(wait_for, holds)
