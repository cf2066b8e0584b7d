"""Policies as custom resources: what kubectl puts into a cluster is in force, and says how it goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import create_ready, deployment, path_of, wait_for
from kubectl import kubectl
from manifests import INSTALL
from services import Service, enforcing

from localcluster import ApiError, LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

PATH = "/apis/finops.io/v1alpha1/enforcementpolicies"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A cluster of its own, where no other test writes policies."""
    with LocalCluster.start() as started:
        yield started


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A whole installation by its manifests.

    The worker acts with the token of its service account, and the commands are an administrator's.
    """
    kubectl(cluster, "apply", "--server-side", "-f", str(INSTALL))
    wait_for(lambda: served(cluster), what="the CRD to be served")
    account = cluster.kubeconfig_for("finops-enforcer", "finops-enforcer")
    folder = tmp_path_factory.mktemp("resources")
    made = Service(account, folder, cluster="resources", FINOPS_POLICY_SOURCE="cluster").start()
    made.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    wait_for(lambda: made.ask("status")["worker"], what="the worker")
    yield made
    made.stop()


@pytest.fixture
def namespace(cluster: LocalCluster, request: pytest.FixtureRequest) -> str:
    name = f"dev-{abs(hash(request.node.name)) % 10_000}"
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


def served(cluster: LocalCluster) -> bool:
    try:
        cluster.objects.get(PATH)
    except ApiError:
        return False
    return True


def status(cluster: LocalCluster, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cluster.objects.get(f"{PATH}/{name}").get("status", {})
    return found


def condition(cluster: LocalCluster, name: str, kind: str) -> tuple[str, str]:
    for each in status(cluster, name).get("conditions", ()):
        if each["type"] == kind:
            return each["status"], each["reason"]
    return "", ""


def test_a_policy_that_kubectl_applies_puts_its_workloads_to_sleep_and_says_so(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    kubectl(cluster, "apply", "-f", "-", text=enforcing("idle", namespace))
    wait_for(lambda: cluster.objects.get(path_of(namespace, "web"))["spec"]["replicas"] == 0, what="the pause")
    wait_for(lambda: status(cluster, "idle").get("actionsTaken") == 1, what="the action to be counted")
    assert condition(cluster, "idle", "Ready") == ("True", "InForce")
    assert status(cluster, "idle")["observedGeneration"] == 1
    wait_for(lambda: status(cluster, "idle").get("matchedResources") == 1, what="the policy's workload to be counted")
    assert "idle" in kubectl(cluster, "get", "epol")


def test_a_broken_policy_has_a_condition_and_the_others_go_on(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    broken = {
        "apiVersion": "finops.io/v1alpha1",
        "kind": "EnforcementPolicy",
        "metadata": {"name": "broken"},
        "spec": {
            "scope": {"namespaces": {"include": [namespace]}},
            "schedule": {"timeZone": "UTC", "asleep": [{"fromCron": "0 20 1 * *", "toCron": "0 7 * * 1-5"}]},
        },
    }
    kubectl(cluster, "apply", "-f", "-", text=yaml.safe_dump(broken))
    kubectl(cluster, "apply", "-f", "-", text=enforcing("good", namespace))
    create_ready(cluster.objects, deployment(namespace, "web"))
    try:
        wait_for(lambda: condition(cluster, "broken", "Ready") == ("False", "Invalid"), what="the condition")
        (message,) = (each["message"] for each in status(cluster, "broken")["conditions"] if each["type"] == "Ready")
        assert "a schedule is weekly" in message
        wait_for(lambda: cluster.objects.get(path_of(namespace, "web"))["spec"]["replicas"] == 0, what="the pause")
    finally:
        kubectl(cluster, "delete", "epol", "broken", "good")


def test_apply_and_delete_work_on_the_resources(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    service.apply(enforcing("typed", namespace, resume_after="1h"))
    assert cluster.objects.get(f"{PATH}/typed")["spec"]["resumeAfter"] == "1h"
    service.apply(enforcing("typed", namespace))
    assert "resumeAfter" not in cluster.objects.get(f"{PATH}/typed")["spec"]
    assert "typed (Enforce)" in service.run("doctor").stdout
    service.run("delete", "typed", "--yes")
    assert "typed" not in kubectl(cluster, "get", "epol")


def test_a_suspended_policy_wakes_its_sleepers(service: Service, cluster: LocalCluster, namespace: str) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=4))
    kubectl(cluster, "apply", "-f", "-", text=enforcing("short", namespace))
    wait_for(lambda: cluster.objects.get(path_of(namespace, "web"))["spec"]["replicas"] == 0, what="the pause")
    kubectl(cluster, "patch", "epol", "short", "--type=merge", "-p", '{"spec":{"suspend":true}}')
    wait_for(lambda: cluster.objects.get(path_of(namespace, "web"))["spec"]["replicas"] == 4, what="the wake")
    wait_for(lambda: condition(cluster, "short", "Ready") == ("False", "Suspended"), what="the condition")
    wait_for(lambda: status(cluster, "short")["actionsTaken"] == 2, what="both actions to be counted")


def test_a_hold_is_told_by_every_policy(service: Service, cluster: LocalCluster, namespace: str) -> None:
    kubectl(cluster, "apply", "-f", "-", text=enforcing("held", namespace))
    wait_for(lambda: condition(cluster, "held", "Degraded") == ("False", "AsWritten"), what="the policy")
    service.run("hold")
    try:
        wait_for(lambda: condition(cluster, "held", "Degraded") == ("True", "Held"), what="the condition")
    finally:
        service.run("release")
    wait_for(lambda: condition(cluster, "held", "Degraded") == ("False", "AsWritten"), what="the end of the hold")
