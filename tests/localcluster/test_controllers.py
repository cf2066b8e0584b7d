import json
from collections.abc import Callable

import pytest

from localcluster import LocalCluster
from localcluster.objects import Object, path_of

pytestmark = pytest.mark.cluster


def deployment(name: str, replicas: int) -> Object:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": "example.invalid/web:1"}]},
            },
        },
    }


def test_a_deployment_becomes_available_and_scales_to_zero_by_the_real_controllers(
    cluster: LocalCluster, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    item = cluster.objects.create(deployment("shop", 3))
    path = path_of(item)
    wait_until(lambda: cluster.objects.get(path)["status"].get("availableReplicas") == 3)
    cluster.objects.patch(f"{path}/scale", {"spec": {"replicas": 0}})
    wait_until(lambda: cluster.objects.get(path)["status"].get("replicas", 0) == 0)
    pods = cluster.objects.list("/api/v1/namespaces/default/pods", labelSelector="app=shop")
    wait_until(lambda: list(pods) == [])


def test_a_pod_on_a_node_of_no_kubelet_can_be_deleted(
    cluster: LocalCluster, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    template = deployment("bound", 1)["spec"]["template"]["spec"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bound", "namespace": "default"},
        "spec": {**template, "nodeName": "paper"},
    }
    path = path_of(cluster.objects.create(pod))
    wait_until(lambda: cluster.objects.get(path)["status"]["phase"] == "Running")
    cluster.objects.delete(path)
    wait_until(lambda: "bound" not in [each["metadata"]["name"] for each in cluster.objects.list("/api/v1/pods")])


def writes_of(cluster: LocalCluster, name: str) -> list[Object]:
    entries = [json.loads(line) for line in cluster.audit_log.read_text().splitlines()]
    return [
        entry for entry in entries if (entry.get("objectRef") or {}).get("name") == name and entry["verb"] == "patch"
    ]


def test_the_audit_log_holds_one_line_for_each_request_with_user_and_field_manager(cluster: LocalCluster) -> None:
    made = cluster.objects.create(deployment("audited", 0))
    cluster.objects.patch(path_of(made), {"metadata": {"annotations": {"seen": "yes"}}}, fieldManager="reader")
    mine = [entry for entry in writes_of(cluster, "audited") if entry["user"]["username"] == "localcluster-admin"]
    assert len(mine) == 1
    assert "fieldManager=reader" in mine[0]["requestURI"]


def test_the_audit_log_holds_the_bodies_when_asked() -> None:
    change = {"metadata": {"annotations": {"seen": "yes"}}}
    with LocalCluster.start(audit="RequestResponse", controllers=False, pods_ready=False) as cluster:
        made = cluster.objects.create(deployment("audited", 0))
        cluster.objects.patch(path_of(made), change)
        assert [entry["requestObject"] for entry in writes_of(cluster, "audited")] == [change]
