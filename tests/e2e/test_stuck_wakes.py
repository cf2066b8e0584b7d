"""A wake that is refused: the others wake at once, it is shown and raised once, and it ends when the cause does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from accounts import Rule, enroll, grant, worker_rules
from audits import refusals
from deployments import create_ready, deployment, path_of, replicas_of, wait_for
from refusals import scaling_refused
from services import Service
from tables import rows
from temporalio.client import Client

from localcluster import LocalCluster, ObjectClient
from policies.names import reconcile_id

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

ACCOUNT = "stuck-worker"
CLUSTER = "stuck"
NAMES = tuple(f"app-{number}" for number in range(6))
SCALE: Rule = {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}
READ: Rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, temporal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A worker that may read and scale only where a test lets it."""
    rules = [rule for rule in worker_rules() if "deployments" not in rule["resources"]]
    rules = [rule for rule in rules if "deployments/scale" not in rule["resources"]]
    rules.append({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list", "patch"]})
    kubeconfig = enroll(cluster, ACCOUNT)
    grant(cluster, ACCOUNT, rules)
    made = Service(
        kubeconfig,
        tmp_path_factory.mktemp("stuck"),
        cluster=CLUSTER,
        TEMPORAL_ADDRESS=temporal,
        FINOPS_INSTANCE="me",
    )
    yield made.start_worker()
    made.stop()


@contextmanager
def without(cluster: LocalCluster, namespace: str, *kept: Rule) -> Iterator[None]:
    """The worker has only these rights in the namespace."""
    name = f"{ACCOUNT}-here"
    path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{name}"
    cluster.objects.patch(path, {"rules": list(kept)})
    try:
        yield
    finally:
        cluster.objects.patch(path, {"rules": [READ, SCALE]})


CAUSES: dict[str, tuple[Callable[[LocalCluster, str], AbstractContextManager[None]], str]] = {
    "an admission policy": (
        lambda cluster, there: scaling_refused(cluster.objects, there, NAMES[0]),
        "admission policy",
    ),
    "no right to scale": (lambda cluster, there: without(cluster, there, READ), "patch deployments/scale.apps"),
    "no right to read": (lambda cluster, there: without(cluster, there, SCALE), "the right to get deployments.apps"),
}


def put_to_sleep(service: Service, cluster: LocalCluster, namespace: str, names: tuple[str, ...]) -> None:
    """Deployments of 1, 2, 3, ... replicas, asleep by hand."""
    create_ready(
        cluster.objects, *(deployment(namespace, name, replicas=count) for count, name in enumerate(names, start=1))
    )
    admin = as_admin(service, cluster)
    for name in names:
        admin.run("pause", f"{namespace}/{name}", "--for", "8h", "--timeout", "60s")


def as_admin(service: Service, cluster: LocalCluster) -> Service:
    """A person with all rights beside that worker, who names no installation: the cluster's record does."""
    made = Service(
        cluster.kubeconfig, service.folder, cluster=CLUSTER, TEMPORAL_ADDRESS=service.environment["TEMPORAL_ADDRESS"]
    )
    del made.environment["FINOPS_INSTANCE"]
    return made


def counts(cluster: LocalCluster, namespace: str, names: tuple[str, ...]) -> list[int]:
    return [replicas_of(cluster.objects, namespace, name) for name in names]


def row(service: Service, namespace: str, name: str) -> dict[str, Any]:
    shown = service.ask("status", "--namespace", namespace)["hibernations"]
    return next((dict(each) for each in shown if each["name"] == name), {"phase": "", "trouble": ""})


def alerts(service: Service, *words: str) -> list[str]:
    """The alerts of the worker that hold all of these words."""
    said = service.log.read_text().splitlines()
    return [line for line in said if "finops.alerts" in line and all(word in line for word in words)]


@pytest.mark.parametrize("cause", rows(tuple(CAUSES), "an admission policy"))
def test_a_refused_wake_holds_back_no_other_is_shown_and_raised_once_and_comes_true_when_the_cause_is_gone(
    cause: str, service: Service, cluster: LocalCluster, fresh_namespace: Callable[[], str]
) -> None:
    free, there = fresh_namespace(), fresh_namespace()
    for namespace in (free, there):
        grant(cluster, ACCOUNT, [READ, SCALE], namespace)
    put_to_sleep(service, cluster, free, NAMES)
    put_to_sleep(service, cluster, there, NAMES[:1])
    admin, stuck = as_admin(service, cluster), f"{there}/{NAMES[0]}"
    block, said = CAUSES[cause]
    with block(cluster, there):
        admin.run("resume", "--all", "--yes")
        assert counts(cluster, free, NAMES) == [1, 2, 3, 4, 5, 6]
        wait_for(lambda: row(admin, there, NAMES[0])["phase"] == "resume-failing", what="status to show it")
        assert said in row(admin, there, NAMES[0])["trouble"]
        shown = admin.run("status").stdout
        assert shown.index("waking with trouble") < shown.index(stuck)
        assert f"{stuck}: " in shown
        wait_for(lambda: refusals(cluster, there) >= 5, what="more tries")
        assert counts(cluster, there, NAMES[:1]) == [0]
        assert len(alerts(service, said, stuck)) == 1
    wait_for(lambda: counts(cluster, there, NAMES[:1]) == [1], what="the wake")
    wait_for(lambda: row(admin, there, NAMES[0])["trouble"] == "", what="the trouble to be over")
    assert len(alerts(service, said, stuck)) == 1


async def test_a_wake_without_pods_counts_as_awake_and_is_told_once_as_not_ready(
    service: Service, cluster: LocalCluster, namespace: str, temporal_client: Client
) -> None:
    objects, name = cluster.objects, NAMES[0]
    grant(cluster, ACCOUNT, [READ, SCALE], namespace)
    put_to_sleep(service, cluster, namespace, (name,))
    fill(objects, namespace, pods=0)
    admin, woken = as_admin(service, cluster), f"{namespace}/{name}"
    admin.run("resume", woken)
    assert row(admin, namespace, name)["phase"] in {"awake", "cooling"}
    wait_for(lambda: "ReplicaFailure" in conditions(objects, namespace, name), what="the quota to refuse its pod")

    # A quarter of an hour later.
    resumed_at = (datetime.now(UTC) - timedelta(minutes=20)).isoformat(timespec="seconds")
    objects.patch(path_of(namespace, name), {"metadata": {"annotations": {"finops.io/resumed-at": resumed_at}}})
    for _ in range(2):
        assert woken in await not_ready(admin, temporal_client)
    assert f"{woken}: woken, and its pods are not available" in admin.run("status").stdout
    assert len(alerts(service, "woke-not-ready", woken)) == 1
    fill(objects, namespace, pods=5)
    wait_for(lambda: "ReplicaFailure" not in conditions(objects, namespace, name), what="its pod")
    assert woken not in await not_ready(admin, temporal_client)


def fill(objects: ObjectClient, namespace: str, *, pods: int) -> None:
    """A quota that leaves room for so many pods."""
    path, spec = f"/api/v1/namespaces/{namespace}/resourcequotas", {"hard": {"pods": str(pods)}}
    metadata = {"namespace": namespace, "name": "full"}
    if list(objects.list(path)):
        objects.patch(f"{path}/full", {"spec": spec})
    else:
        objects.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec})
    wait_for(lambda: objects.get(f"{path}/full").get("status", {}).get("hard") == spec["hard"], what="the quota")


def conditions(objects: ObjectClient, namespace: str, name: str) -> set[str]:
    status = objects.get(path_of(namespace, name))["status"]
    return {each["type"] for each in status["conditions"] if each["status"] == "True"}


async def not_ready(service: Service, client: Client) -> list[str]:
    """Whom a reconciliation of this moment finds awake without pods."""
    before = service.ask("status")["reconciliation"]["at"]
    await client.get_schedule_handle(reconcile_id(CLUSTER)).trigger()
    wait_for(lambda: service.ask("status")["reconciliation"]["at"] != before, what="a reconciliation")
    return list(service.ask("status")["reconciliation"]["notReady"])
