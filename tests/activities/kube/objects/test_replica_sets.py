"""Copies of annotations on ReplicaSets, as the real deployment controller makes them."""

from collections.abc import Callable

import pytest
from deployments import deployment, path_of, wait_for

from activities.errors import Denied
from activities.kube.objects.replica_sets import ReplicaSets
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from localcluster import LocalCluster
from policies.keys import WorkloadKey
from policies.workload import WorkloadRef

pytestmark = pytest.mark.cluster

RECORD = {
    "finops.io/paused": "true",
    "finops.io/paused-at": "2026-11-23T19:00:00Z",
    "finops.io/original-replicas": "4",
    "finops.io/pause-id": "p-1",
    "finops.io/instance": "me",
}


@pytest.fixture
def replica_sets(transport: KubeTransport) -> ReplicaSets:
    return ReplicaSets(transport)


def find(workloads: Workloads, namespace: str, name: str) -> WorkloadRef:
    found = workloads.read(WorkloadKey(namespace, name))
    assert found is not None
    return found.ref


def test_an_older_replica_set_keeps_what_the_newest_has_overwritten(
    cluster: LocalCluster, workloads: Workloads, replica_sets: ReplicaSets, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "web", replicas=0, annotations=RECORD))
    ref = find(workloads, namespace, "web")
    wait_for(lambda: len(replica_sets.copies_of(ref)) == 1, what="the first copy")
    container = {"name": "main", "image": "example/app:2"}
    cluster.objects.patch(
        path_of(namespace, "web"),
        {"spec": {"template": {"spec": {"containers": [container]}}}},
        kind="application/strategic-merge-patch+json",
    )
    wait_for(lambda: len(replica_sets.copies_of(ref)) == 2, what="the second copy")
    garbage = {"metadata": {"annotations": {"finops.io/original-replicas": "many"}}}
    cluster.objects.patch(path_of(namespace, "web"), garbage)
    wait_for(lambda: replica_sets.copies_of(ref)[0].read() is None, what="the newest to be overwritten")
    newest, oldest = replica_sets.copies_of(ref)
    assert (newest.revision, oldest.revision, oldest.pause_id) == (2, 1, "p-1")
    record = oldest.read()
    assert record is not None
    assert record.original_replicas == 4


def test_a_deployment_has_the_copies_of_its_own_replica_sets_only(
    cluster: LocalCluster, workloads: Workloads, replica_sets: ReplicaSets, namespace: str
) -> None:
    for name, pause_id in (("web", "p-1"), ("api", "p-2")):
        annotations = {**RECORD, "finops.io/pause-id": pause_id}
        cluster.objects.create(deployment(namespace, name, replicas=0, annotations=annotations))
    wait_for(lambda: len(replica_sets.list_copies(namespace)) == 2, what="both copies")
    ref = find(workloads, namespace, "api")
    assert [copy.pause_id for copy in replica_sets.copies_of(ref)] == ["p-2"]
    assert replica_sets.copies_of(ref.model_copy(update={"uid": "of one that was deleted"})) == ()


def test_only_replica_sets_with_something_of_ours_are_told(
    cluster: LocalCluster, workloads: Workloads, replica_sets: ReplicaSets, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "web", replicas=0, annotations={"team": "shop"}))
    collection = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
    wait_for(lambda: bool(cluster.objects.get(collection)["items"]), what="a ReplicaSet")
    assert replica_sets.list_copies(namespace) == {}


def test_a_missing_right_is_named(as_service_account: Callable[..., KubeTransport], namespace: str) -> None:
    with pytest.raises(Denied, match=r"list replicasets\.apps"):
        ReplicaSets(as_service_account()).list_copies(namespace)
