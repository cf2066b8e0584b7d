"""Whose zero it is, told by the real API server: our own leaves no owner, whoever had the count before."""

from typing import Any

import pytest
from deployments import create_ready, deployment, path_of, wait_for

from activities.errors import Conflict
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from localcluster import LocalCluster
from policies.annotations import ORIGINAL_REPLICAS, PAUSE_ID, PAUSED, AnnotationPatch
from policies.keys import WorkloadKey
from policies.sleep.zeros import who_chose_zero
from policies.workload import Workload

pytestmark = pytest.mark.cluster

RECORD: AnnotationPatch = {PAUSED: "true", ORIGINAL_REPLICAS: "2", PAUSE_ID: "p-1"}


def apply(cluster: LocalCluster, namespace: str, replicas: int | None, manager: str = "kubectl") -> None:
    """A server-side apply; without a count where there is none."""
    item: dict[str, Any] = deployment(namespace, "web", replicas=replicas or 0)
    if replicas is None:
        del item["spec"]["replicas"]
    cluster.objects.request(
        "PATCH",
        f"{path_of(namespace, 'web')}?fieldManager={manager}&force=true",
        item,
        content_type="application/apply-patch+yaml",
    )


def put_to_sleep(transport: KubeTransport, namespace: str) -> None:
    """W1 and W2."""
    workloads = Workloads(transport)

    def has_slept() -> bool:
        found = read(transport, namespace)
        try:
            annotated = workloads.annotate(found.ref, found.resource_version, RECORD)
            workloads.put_to_sleep(found.ref, annotated.resource_version)
        except Conflict:
            return False
        return True

    wait_for(has_slept, what="a write that no controller interferes with")


def read(transport: KubeTransport, namespace: str) -> Workload:
    found = Workloads(transport).read(WorkloadKey(namespace, "web"))
    assert found is not None
    return found


@pytest.mark.parametrize("owner", ["whoever created it", "an apply", "two applies", "a scale"])
def test_our_own_zero_has_no_owner_and_one_that_is_applied_has(
    cluster: LocalCluster, transport: KubeTransport, namespace: str, owner: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=2))
    if owner in {"an apply", "two applies"}:
        apply(cluster, namespace, 2)
    if owner == "two applies":
        apply(cluster, namespace, 2, "kustomize-controller")
    if owner == "a scale":
        cluster.objects.patch(path_of(namespace, "web") + "/scale", {"spec": {"replicas": 3}})
    put_to_sleep(transport, namespace)
    assert who_chose_zero(read(transport, namespace)) == ""
    apply(cluster, namespace, None)
    assert who_chose_zero(read(transport, namespace)) == ""
    apply(cluster, namespace, 0)
    assert who_chose_zero(read(transport, namespace)) == "kubectl"


def test_a_sleeper_that_is_restored_from_a_copy_was_put_to_sleep_by_us(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    copy = deployment(namespace, "web", replicas=0)
    copy["metadata"]["annotations"] = RECORD
    cluster.objects.create(copy)
    assert who_chose_zero(read(transport, namespace)) == ""
    found = read(transport, namespace)
    wait_for(lambda: read(transport, namespace).rollout.observed_generation > 0, what="the controller")
    found = read(transport, namespace)
    Workloads(transport).annotate(found.ref, found.resource_version, {PAUSE_ID: "p-2"})
    assert who_chose_zero(read(transport, namespace)) == ""
