from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from deployments import create_ready, deployment, wait_for
from ids import key_of

from activities.kube.objects.pods import Pod, read_running_pods
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.keys import WorkloadKey

START, LATER = "2026-11-01T08:00:00Z", "2026-11-20T08:00:00Z"


def pod(status: dict[str, Any] | None = None, **metadata: Any) -> Pod:
    owner = {"kind": "ReplicaSet", "name": "web-7d9f8c6b5", "controller": True}
    ordinary = {
        "namespace": "shop",
        "name": "web-7d9f8c6b5-x2x4z",
        "labels": {"pod-template-hash": "7d9f8c6b5"},
        "ownerReferences": [owner],
    }
    return Pod.model_validate(
        {"metadata": ordinary | metadata, "status": status or {"phase": "Running", "startTime": START}}
    )


@pytest.mark.parametrize(
    ("metadata", "deployment_of_it"),
    [
        ({}, key_of("shop/web")),
        ({"labels": {}}, None),
        ({"ownerReferences": []}, None),
        ({"ownerReferences": [{"kind": "StatefulSet", "name": "web", "controller": True}]}, None),
        ({"ownerReferences": [{"kind": "ReplicaSet", "name": "bare", "controller": True}]}, None),
    ],
    ids=["a Deployment's", "without the hash", "nobody's", "a StatefulSet's", "a bare ReplicaSet's"],
)
def test_a_pod_belongs_to_the_deployment_of_its_replica_set(
    metadata: dict[str, Any], deployment_of_it: WorkloadKey | None
) -> None:
    assert pod(**metadata).workload == deployment_of_it


@pytest.mark.parametrize(
    ("container", "restarted_at"),
    [
        ({"restartCount": 0, "state": {"running": {"startedAt": START}}}, None),
        ({"restartCount": 2, "state": {"running": {"startedAt": LATER}}}, LATER),
        ({"restartCount": 2, "state": {"waiting": {}}, "lastState": {"terminated": {"finishedAt": LATER}}}, LATER),
        ({"restartCount": 0, "state": {"terminated": {"finishedAt": LATER}}}, LATER),
    ],
    ids=["never", "it runs again", "it waits to run again", "it ended"],
)
def test_a_container_tells_when_it_began_anew(container: dict[str, Any], restarted_at: str | None) -> None:
    (status,) = pod({"phase": "Running", "containerStatuses": [container]}).status.containers or ()
    expected = [] if restarted_at is None else [datetime.fromisoformat(restarted_at)]
    assert list(status.restarted_at) == expected


BROKEN = {"restartCount": 9, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
PULLING = {"restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
RUNNING = {"restartCount": 9, "state": {"running": {"startedAt": LATER}}}


@pytest.mark.parametrize(
    ("containers", "crashes"),
    [
        pytest.param([BROKEN], True, id="it waits for its next start"),
        pytest.param([BROKEN, BROKEN], True, id="both do"),
        pytest.param([BROKEN, RUNNING], False, id="one runs beside it, and may be at work"),
        pytest.param([PULLING], False, id="it waits for its image"),
        pytest.param([RUNNING], False, id="it runs"),
        pytest.param(None, False, id="it says nothing"),
    ],
)
def test_a_crash_loop_is_told_by_what_all_containers_wait_for(
    containers: list[dict[str, Any]] | None, crashes: bool
) -> None:
    assert pod({"phase": "Running", "containerStatuses": containers}).is_crash_looping is crashes


@pytest.mark.cluster
def test_running_pods_are_found_with_their_start_in_the_namespaces_asked_for(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=2))
    found = read_running_pods(transport, lambda name: name == namespace)
    (pods,) = found.values()
    assert list(found) == [WorkloadKey(namespace, "web")]
    assert [each.name.startswith("web-") for each in pods] == [True, True]
    assert all(each.started_at is not None for each in pods)
    assert all(datetime.now(UTC) - each.started_at < timedelta(hours=1) for each in pods if each.started_at)
    cluster.objects.patch(f"/apis/apps/v1/namespaces/{namespace}/deployments/web/scale", {"spec": {"replicas": 0}})
    wait_for(lambda: read_running_pods(transport, lambda name: name == namespace) == {}, what="the pods to go")
