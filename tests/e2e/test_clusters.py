"""One Temporal for several clusters: a cluster that is down harms no other, and is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from ids import id_of
from services import Service

from localcluster import LocalCluster
from policies.names import REACTIVATE
from worker.temporal.connection import connect

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture
def first(cluster: LocalCluster, tmp_path: Path) -> Iterator[Service]:
    """`finops run` for one cluster; its Temporal is everybody's."""
    service = Service(cluster.kubeconfig, tmp_path / "first", cluster="alive", interval="1h")
    service.folder.mkdir()
    service.start()
    wait_for(lambda: service.ask("status")["worker"], what="the worker")
    yield service
    service.stop()


async def reactivate(service: Service, namespace: str, name: str) -> None:
    """As from the Temporal UI."""
    client = await connect(service.state, environment=service.environment)
    await client.get_workflow_handle(id_of("doomed", namespace, name)).signal(REACTIVATE)


def overview(service: Service) -> dict[str, dict[str, object]]:
    return {each["cluster"]: each for each in service.ask("status", "--all-clusters")["clusters"]}


def test_a_cluster_that_is_down_harms_no_other_and_is_told(
    first: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    server = first.state.read_server()
    assert server is not None
    create_ready(cluster.objects, deployment(namespace, "web"))
    with LocalCluster.start() as other:
        create_ready(other.objects, deployment("default", "far"))
        second = Service(other.kubeconfig, tmp_path / "second", cluster="doomed", TEMPORAL_ADDRESS=server.address)
        second.folder.mkdir()
        second.start_worker()
        try:
            second.run("pause", "default/far", "--for", "8h")
            wait_for(lambda: replicas_of(other.objects, "default", "far") == 0, what="the pause over there")
            other.stop()
            asyncio.run(reactivate(first, "default", "far"))
            first.run("pause", f"{namespace}/web", "--for", "8h")
            wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="the pause here")
            wait_for(lambda: overview(first)["doomed"]["inTrouble"] == 1, what="the trouble to be told")
            assert overview(first)["alive"] | {"reconciledAt": ""} == {
                "cluster": "alive",
                "worker": True,
                "hold": "",
                "asleep": 1,
                "inTrouble": 0,
                "overdue": 0,
                "trouble": "",
                "savings": overview(first)["alive"]["savings"],
                "reconciledAt": "",
            }
            first.run("resume", f"{namespace}/web", "--wait")
            assert replicas_of(cluster.objects, namespace, "web") == 3
            assert "doomed" in first.run("status", "--all-clusters").stdout
        finally:
            second.kill()
