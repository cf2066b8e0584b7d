"""What `finops pause` asks before it takes something down, on a real API server."""

from pathlib import Path

import pytest
from deployments import deployment
from services import Service

from localcluster import LocalCluster

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("name", "replicas", "duration", "asked"),
    [
        ("proxy", 250, "1h", "250 replicas of"),
        ("strimzi-cluster-operator", 1, "1h", "looks like an operator or a controller (by its name)"),
        ("frontend", 1, "721h", "which is 30 days from now"),
    ],
    ids=["many replicas", "an operator", "long"],
)
def test_it_names_what_needs_a_second_look_and_asks(
    cluster: LocalCluster, namespace: str, tmp_path: Path, name: str, replicas: int, duration: str, asked: str
) -> None:
    service = Service(cluster.kubeconfig, tmp_path, cluster="pausing")
    cluster.objects.create(deployment(namespace, name, replicas=replicas))
    refused = service.run("pause", f"{namespace}/{name}", "--for", duration, succeeds=False)
    assert refused.returncode == 2
    assert asked in refused.stderr
    agreed = service.run("pause", f"{namespace}/{name}", "--for", duration, "--yes", succeeds=False)
    assert "start `finops run`" in agreed.stderr


def test_an_application_of_a_few_replicas_is_paused_without_a_question(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    service = Service(cluster.kubeconfig, tmp_path, cluster="pausing")
    cluster.objects.create(deployment(namespace, "frontend", replicas=3))
    done = service.run("pause", f"{namespace}/frontend", "--for", "1h", succeeds=False)
    assert (done.returncode, "start `finops run`" in done.stderr) == (1, True)
