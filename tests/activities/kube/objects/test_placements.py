from collections.abc import Callable
from typing import Any

import pytest
from deployments import create_ready, deployment, wait_for

from activities.errors import Denied
from activities.kube.objects.placements import Placements, read_placements
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.workload import WorkloadRef

REF = WorkloadRef(namespace="shop", name="web")
SPOT = {"lifecycle": "spot"}


def test_there_is_one_placement_for_each_pod() -> None:
    assert Placements({REF.key: (SPOT, {})}).of(REF) == (SPOT, {})


def test_a_deployment_without_pods_is_nowhere() -> None:
    assert Placements({}).of(REF) == ()


def node(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}


@pytest.mark.cluster
def test_pods_are_found_through_their_replica_sets(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    cluster.objects.create(node(f"{namespace}-spot", lifecycle="spot"))
    item = deployment(namespace, "web", replicas=2)
    item["spec"]["template"]["spec"]["nodeName"] = f"{namespace}-spot"
    create_ready(cluster.objects, item)
    ref = WorkloadRef(namespace=namespace, name="web")
    placed = read_placements(transport).of(ref)
    assert [labels.get("lifecycle") for labels in placed] == ["spot", "spot"]
    cluster.objects.patch(f"/apis/apps/v1/namespaces/{namespace}/deployments/web/scale", {"spec": {"replicas": 0}})
    wait_for(lambda: read_placements(transport).of(ref) == (), what="the pods to go")


@pytest.mark.cluster
def test_without_the_right_it_says_so(as_service_account: Callable[..., KubeTransport]) -> None:
    with pytest.raises(Denied, match="the right to list nodes is missing"):
        read_placements(as_service_account())
