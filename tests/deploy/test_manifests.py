import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import create_ready, deployment, path_of, wait_for
from manifests import installed as of_manifests

from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from activities.policy_sources.files import PolicyDirectory
from localcluster import ApiError, LocalCluster, ObjectClient
from policies.checks.platforms import ALWAYS_PROTECTED, SHIPPED_PROTECTED
from policies.policy.document import Mode
from policies.rights.rights import RIGHTS, Need, Right

MANIFESTS = Path(__file__).parents[2] / "deploy" / "manifests"
NOTHING: dict[str, Any] = {"metadata": {"annotations": {"finops.io/paused": None}}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "intruder", "namespace": "default"},
    "spec": {"containers": [{"name": "main", "image": "example/app:1"}]},
}
ALLOWED = {
    ("apps", "deployments"): {"get", "list", "watch", "patch"},
    ("apps", "replicasets"): {"get", "list", "watch"},
    ("apps", "deployments/scale"): {"update", "patch"},
    ("", "pods"): {"get", "list", "watch"},
    ("", "services"): {"get", "list", "watch"},
    ("autoscaling", "horizontalpodautoscalers"): {"get", "list"},
    ("keda.sh", "scaledobjects"): {"get", "list"},
    ("gateway.networking.k8s.io", "httproutes"): {"get", "list"},
    ("", "namespaces"): {"get", "list"},
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations"): {"get", "list"},
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"): {"get", "list"},
    ("apiregistration.k8s.io", "apiservices"): {"get", "list"},
    ("apiextensions.k8s.io", "customresourcedefinitions"): {"get", "list"},
    ("finops.io", "enforcementpolicies"): {"get", "list", "watch"},
    ("finops.io", "enforcementpolicies/status"): {"patch"},
}


@pytest.fixture(scope="module")
def worker(cluster: LocalCluster, installed: tuple[str, str]) -> Iterator[ObjectClient]:
    """The cluster as the worker's service account sees it, once its rights are in force."""
    with cluster.objects_as(*installed) as client:
        wait_for(lambda: status_of(lambda: client.get("/apis/apps/v1/deployments")) == 200, what="the rights")
        yield client


def status_of(request: Callable[[], object]) -> int:
    try:
        request()
    except ApiError as error:
        return error.status
    return 200


def test_the_role_grants_exactly_this() -> None:
    assert granted() == ALLOWED


@pytest.mark.parametrize(
    "right", [each for each in RIGHTS if each.without and each.without.by_default], ids=lambda each: each.name
)
def test_the_role_holds_what_a_documented_mark_or_guard_needs(right: Right) -> None:
    resource = f"{right.resource}/{right.subresource}" if right.subresource else right.resource
    assert right.verb in granted()[right.group, resource]


def granted() -> dict[tuple[str, str], set[str]]:
    """The verbs of the default role, by group and resource."""
    (role,) = of_manifests("ClusterRole")
    found: dict[tuple[str, str], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found


@pytest.mark.parametrize("file", ["nodes.yaml", "planning.yaml"])
def test_an_optional_role_only_reads(file: str) -> None:
    text = (MANIFESTS / "optional" / file).read_text(encoding="utf-8")
    (role, binding) = (item for item in yaml.safe_load_all(text) if item)
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} <= {"get", "list", "watch"}
    assert binding["roleRef"]["name"] == role["metadata"]["name"]


def test_nothing_runs_that_would_wake_what_sleeps_when_manifests_are_applied() -> None:
    assert of_manifests("Job") == []


def test_the_shipped_policies_can_be_read_and_only_tell() -> None:
    read = PolicyDirectory(MANIFESTS / "policies").read()
    assert read.complete
    assert [policy.spec.mode for policy in read.policies] == [Mode.DRY_RUN]


@pytest.mark.cluster
def test_the_worker_may_pause_and_wake_a_deployment(
    cluster: LocalCluster, worker: ObjectClient, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    path = path_of(namespace, "web")
    worker.get(path)
    worker.patch(path, {"metadata": {"annotations": {"finops.io/paused": "true"}}})
    worker.patch(f"{path}/scale", {"spec": {"replicas": 0}})
    assert worker.get(path)["spec"]["replicas"] == 0
    worker.patch(f"{path}/scale", {"spec": {"replicas": 3}})
    assert worker.get(path)["spec"]["replicas"] == 3


OTHER_CHANGES: dict[str, dict[str, Any]] = {
    "an image": {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "evil/app:1"}]}}}},
    "a label": {"metadata": {"labels": {"team": "other"}}},
    "an annotation of somebody else's": {"metadata": {"annotations": {"example.com/owner": "nobody"}}},
    "an annotation that only looks like ours": {"metadata": {"annotations": {"finops.iox/paused": "true"}}},
    "one of ours and one of somebody else's": {
        "metadata": {"annotations": {"finops.io/paused": "true", "example.com/owner": None}}
    },
    "a finalizer": {"metadata": {"finalizers": ["example.com/wait"]}},
    "the count, not by its scale": {"spec": {"replicas": 0}},
    "its rollout": {"spec": {"paused": True}},
}


@pytest.mark.cluster
@pytest.mark.parametrize("what", OTHER_CHANGES)
def test_the_api_server_refuses_the_worker_any_other_change(
    cluster: LocalCluster, worker: ObjectClient, namespace: str, what: str
) -> None:
    annotations = {"example.com/owner": "shop"}
    cluster.objects.create(deployment(namespace, "web", annotations=annotations))
    path, kind = path_of(namespace, "web"), "application/strategic-merge-patch+json"
    wait_for(
        lambda: status_of(lambda: worker.patch(path, OTHER_CHANGES[what], kind=kind, dryRun="All")) == 422, what=what
    )
    assert status_of(lambda: worker.patch(path, {"metadata": {"annotations": {"finops.io/paused": "true"}}})) == 200


@pytest.mark.cluster
def test_the_api_server_lets_the_worker_scale_to_zero_and_from_zero_only(
    cluster: LocalCluster, worker: ObjectClient, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "web"))
    scale = f"{path_of(namespace, 'web')}/scale"

    def ask(replicas: int, **parameters: str) -> int:
        return status_of(lambda: worker.patch(scale, {"spec": {"replicas": replicas}}, **parameters))

    # Without dryRun, a request that came before the policy is in force would leave nothing to refuse.
    wait_for(lambda: ask(5, dryRun="All") == 422, what="the admission policy")
    assert [ask(2), ask(0), ask(0), ask(7), ask(7), ask(3)] == [422, 200, 200, 200, 200, 422]


@pytest.mark.cluster
@pytest.mark.parametrize("protected", ["kube-system", "argocd", "linkerd-viz", "finops-enforcer"])
def test_the_api_server_refuses_the_worker_every_write_in_a_protected_namespace(
    cluster: LocalCluster, worker: ObjectClient, protected: str
) -> None:
    with suppress(ApiError):
        cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": protected}})
    cluster.objects.create(deployment(protected, "vital"))
    path, mark = path_of(protected, "vital"), {"metadata": {"annotations": {"finops.io/paused": "true"}}}
    try:
        wait_for(lambda: status_of(lambda: worker.patch(path, mark)) == 422, what="the admission policy")
        assert status_of(lambda: worker.patch(f"{path}/scale", {"spec": {"replicas": 0}})) == 422
    finally:
        cluster.objects.delete(path)


def test_the_namespaces_that_the_api_server_protects_are_those_of_the_worker() -> None:
    for policy in of_manifests("ValidatingAdmissionPolicy"):
        if policy["metadata"]["name"].endswith("-policies"):
            continue
        expression = policy["spec"]["validations"][-1]["expression"]
        always, shipped = (
            tuple(pattern.replace(".*", "*") for pattern in listed.split("|"))
            for listed in re.findall(r"\^\((.*?)\)\$", expression)
        )
        assert always == (ALWAYS_PROTECTED, "finops-enforcer")
        assert shipped == SHIPPED_PROTECTED


@pytest.mark.cluster
def test_what_sleeps_where_it_is_protected_by_now_can_still_be_woken(
    cluster: LocalCluster, worker: ObjectClient
) -> None:
    with suppress(ApiError):
        cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "velero"}})
    mark = {"finops.io/paused": "true", "finops.io/original-replicas": "3"}
    cluster.objects.create(deployment("velero", "late", replicas=0, annotations=mark))
    path = path_of("velero", "late")
    try:
        own, scale = f"{path_of('finops-enforcer', 'finops-enforcer')}/scale", {"spec": {"replicas": 0}}
        wait_for(lambda: status_of(lambda: worker.patch(own, scale, dryRun="All")) == 422, what="the admission policy")
        worker.patch(f"{path}/scale", {"spec": {"replicas": 3}})
        worker.patch(path, {"metadata": {"annotations": dict.fromkeys(mark)}})
        assert worker.get(path)["spec"]["replicas"] == 3
        assert status_of(lambda: worker.patch(f"{path}/scale", {"spec": {"replicas": 0}})) == 422
        assert status_of(lambda: worker.patch(path, {"metadata": {"annotations": mark}})) == 422
    finally:
        cluster.objects.delete(path)


@pytest.mark.cluster
@pytest.mark.parametrize(
    "path",
    [
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
        "/api/v1/pods",
        "/api/v1/services",
        "/api/v1/namespaces/default/services/kubernetes",
        "/apis/autoscaling/v2/horizontalpodautoscalers",
        "/apis/finops.io/v1alpha1/enforcementpolicies",
        "/api/v1/namespaces",
        "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
        "/apis/apiregistration.k8s.io/v1/apiservices",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/enforcementpolicies.finops.io",
    ],
)
def test_the_worker_may_read(worker: ObjectClient, path: str) -> None:
    assert status_of(lambda: worker.get(path)) == 200


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param("DELETE", "/apis/apps/v1/namespaces/default/deployments/any", None, id="delete a Deployment"),
        pytest.param("DELETE", "/apis/apps/v1/namespaces/default/deployments", None, id="delete all Deployments"),
        pytest.param("POST", "/apis/apps/v1/namespaces/default/deployments", deployment("default", "x"), id="create"),
        pytest.param("PUT", "/apis/apps/v1/namespaces/default/deployments/any", deployment("default", "any"), id="put"),
        pytest.param("POST", "/api/v1/namespaces/default/pods", POD, id="create a pod"),
        pytest.param("GET", "/api/v1/namespaces/default/secrets", None, id="read secrets"),
        pytest.param("GET", "/api/v1/namespaces/finops-enforcer/configmaps", None, id="read its own ConfigMaps"),
        pytest.param("GET", "/api/v1/nodes", None, id="list nodes, without the optional role"),
    ],
)
def test_the_worker_may_not(worker: ObjectClient, method: str, path: str, body: dict[str, Any] | None) -> None:
    assert status_of(lambda: worker.request(method, path, body)) == 403


@pytest.mark.cluster
def test_the_worker_may_not_touch_statefulsets(worker: ObjectClient) -> None:
    path = "/apis/apps/v1/namespaces/default/statefulsets/any"
    assert status_of(lambda: worker.patch(path, NOTHING)) == 403


@pytest.mark.cluster
def test_doctor_finds_all_that_is_needed_and_nothing_to_spare(
    cluster: LocalCluster, worker: ObjectClient, installed: tuple[str, str]
) -> None:
    transport = KubeTransport.connect(cluster.kubeconfig_for(*installed), environment={})
    rights = review_rights(transport)
    assert all(right.allowed for right in rights if right.kind is Need.NEEDED)
    assert all(right.allowed for right in rights if right.without is not None and right.without.by_default)
    assert [str(right) for right in rights if right.kind is Need.SURPLUS and right.allowed] == []


@pytest.mark.cluster
def test_the_workers_pod_passes_restricted_pod_security(cluster: LocalCluster, installed: tuple[str, str]) -> None:
    path = path_of(*installed)
    wait_for(lambda: cluster.objects.get(path).get("status", {}).get("availableReplicas") == 1, what="the pod")
