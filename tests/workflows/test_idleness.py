"""Idleness as a run of a policy goes by it, with a Prometheus that a test makes ill."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from cases import policy
from deployments import create_ready, deployment
from hibernations import Bedroom, Source, clocks_agree, enforce
from ids import id_of
from illprometheus import IllPrometheus
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from policies.checks.reasons import Reason
from policies.policy.document import EnforcementPolicy
from policies.sleep.messages import Phase
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

FAILING = ("refuses", "not itself", "an error that is a success", "partial", "clock")
"""Illnesses whose answers are not kept, so that each hour has its own. test_illness.py has them all."""

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def prometheus() -> Iterator[IllPrometheus]:
    with IllPrometheus() as server:
        yield server


@pytest.fixture(scope="module")
async def measuring(
    skipping: WorkflowEnvironment,
    cluster: LocalCluster,
    source: Source,
    prometheus: IllPrometheus,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Cluster]:
    """The product's worker, with that Prometheus to measure idleness."""
    settings = Settings(
        cluster="idleness-tests",
        kubeconfig=cluster.kubeconfig,
        state_dir=tmp_path_factory.mktemp("state"),
        prometheus_url=prometheus.url,
        pauses_per_second=500,
        wakes_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(skipping.client, connected, source.snapshot, connected.identity(), clocks=clocks_agree):
        yield connected
    connected.close()


@pytest.fixture
async def bedroom(
    skipping: WorkflowEnvironment,
    measuring: Cluster,
    cluster: LocalCluster,
    source: Source,
    prometheus: IllPrometheus,
    namespace: str,
) -> AsyncIterator[Bedroom]:
    """A namespace under a policy that pauses what has been idle for two seconds."""
    source.reset()
    source.policies = (asking(namespace),)
    prometheus.illness, prometheus.pods = "", []
    used = Bedroom(skipping, measuring, cluster.objects, source, namespace)
    yield used
    await used.end()


def asking(namespace: str) -> EnforcementPolicy:
    """A policy that goes by idleness alone."""
    spec = {"idleWindow": "2s", "seasonGate": "Off", "cooldownWindow": "1s", "resumeAfter": "10h"}
    return policy(scope={"namespaces": {"include": [namespace]}}, minHourlyCost=None, **spec)


def know_pods(bedroom: Bedroom, prometheus: IllPrometheus) -> None:
    """It scrapes the namespace's pods."""
    listed = bedroom.objects.get(f"/api/v1/namespaces/{bedroom.namespace}/pods")["items"]
    prometheus.pods = [(bedroom.namespace, item["metadata"]["name"]) for item in listed]


async def test_what_is_idle_is_put_to_sleep_and_what_nobody_measured_is_not(
    bedroom: Bedroom, prometheus: IllPrometheus
) -> None:
    create_ready(bedroom.objects, deployment(bedroom.namespace, "measured"))
    know_pods(bedroom, prometheus)
    create_ready(bedroom.objects, deployment(bedroom.namespace, "unmeasured"))
    await asyncio.sleep(3)
    result = await enforce(bedroom)
    assert (result.started, result.decisions[Reason.IDLE_UNKNOWN]) == (1, 1), result.decisions
    identity = id_of(bedroom.product.settings.cluster, bedroom.namespace, "measured")
    bedroom.handles.append(bedroom.environment.client.get_workflow_handle(identity))
    await bedroom.reach(bedroom.handles[0], Phase.ASLEEP)
    assert [bedroom.replicas(name) for name in ("measured", "unmeasured")] == [0, 3]


async def test_with_prometheus_ill_for_a_day_nothing_is_paused_and_what_sleeps_wakes_at_its_time(
    bedroom: Bedroom, prometheus: IllPrometheus
) -> None:
    handle = await bedroom.put_to_sleep("sleeper")
    create_ready(bedroom.objects, deployment(bedroom.namespace, "idle"))
    know_pods(bedroom, prometheus)
    await asyncio.sleep(3)
    for hour in range(24):
        prometheus.illness = FAILING[hour % len(FAILING)]
        result = await enforce(bedroom)
        assert (result.started, result.skipped) == (0, ""), prometheus.illness
        if hour < 10:
            await bedroom.skip(handle, 1)
    assert bedroom.replicas("sleeper") == 3
    assert (await handle.result()).original_replicas == 3
    assert bedroom.replicas("idle") == 3
    prometheus.illness = ""
    result = await enforce(bedroom)
    assert result.started == 1, result.decisions
