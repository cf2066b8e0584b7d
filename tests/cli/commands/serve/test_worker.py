"""`finops worker` and the other commands beside a Temporal server that somebody else keeps."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from httpanswers import Answer, AnsweringServer
from services import Service, enforcing

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture
def client(cluster: LocalCluster, temporal: str, tmp_path: Path) -> Iterator[Service]:
    """A user whose Temporal is the shared one."""
    name = f"worker-{tmp_path.name.lower().replace('_', '-')[-40:]}".rstrip("-")
    made = Service(cluster.kubeconfig, tmp_path, cluster=name, TEMPORAL_ADDRESS=temporal, FINOPS_INSTANCE="shared")
    yield made
    made.stop()


def test_status_of_a_temporal_that_knows_nothing_yet_says_so(client: Service) -> None:
    shown = client.run("status").stdout
    assert "nothing is asleep" in shown
    assert "no worker polls" in shown


def test_a_hold_before_any_worker_is_refused_with_a_sentence(client: Service) -> None:
    assert "no worker has been up" in client.run("hold", succeeds=False).stderr


def test_a_worker_asks_an_opencost_that_fails_again_within_the_same_run(
    cluster: LocalCluster, temporal: str, namespace: str, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    settings = {"TEMPORAL_ADDRESS": temporal, "FINOPS_INSTANCE": "shared"}
    with AnsweringServer(Answer(503)) as opencost:
        settings["FINOPS_OPENCOST_URL"] = opencost.url
        worker = Service(cluster.kubeconfig, tmp_path, cluster="asks-again", interval="1h", **settings)
        worker.start_worker()
        try:
            worker.apply(enforcing("idle", namespace))
            wait_for(lambda: len(opencost.asked) > 2, what="the third question of the one run")
        finally:
            worker.stop()


def test_a_worker_stops_cleanly_and_a_wake_meanwhile_is_carried_out_by_the_next(
    client: Service, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=2))
    client.start_worker()
    client.run("pause", f"{namespace}/web", "--for", "1h")
    assert client.stop(signal.SIGTERM) == 0
    done = client.run("resume", f"{namespace}/web", "--wait", "--timeout", "2s", succeeds=False)
    assert "the signal is recorded" in done.stdout
    assert replicas_of(cluster.objects, namespace, "web") == 0
    client.start_worker()
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 2, what="the wake")
    wait_for(lambda: "paused" not in annotations_of(cluster.objects, namespace, "web"), what="the note")
    assert client.stop(signal.SIGINT) == 0
