"""The commands that only read, against a real API server."""

from pathlib import Path

import pytest
from deployments import create_ready, deployment, path_of
from services import Service, enforcing

from localcluster import LocalCluster
from policies.rights.blindness import Use
from policies.rights.rights import RIGHTS

pytestmark = pytest.mark.cluster

READER = "finops-reader"


@pytest.fixture
def service(cluster: LocalCluster, tmp_path: Path) -> Service:
    return Service(cluster.kubeconfig, tmp_path, cluster="reading")


@pytest.fixture
def reader(cluster: LocalCluster, namespace: str) -> Path:
    """The kubeconfig of an account that may list and get Deployments, and nothing else."""
    rbac = "rbac.authorization.k8s.io/v1"
    role = f"{READER}-{namespace}"
    rule = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list", "get"]}
    subject = {"kind": "ServiceAccount", "name": READER, "namespace": namespace}
    for item in (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": READER, "namespace": namespace}},
        {"apiVersion": rbac, "kind": "ClusterRole", "metadata": {"name": role}, "rules": [rule]},
        {
            "apiVersion": rbac,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": role},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [subject],
        },
    ):
        cluster.objects.create(item)
    return cluster.kubeconfig_for(namespace, READER)


def policy_file(tmp_path: Path, namespace: str, name: str = "idle") -> str:
    path = tmp_path / f"{name}.yaml"
    path.write_text(enforcing(name, namespace, cooldown="0.001s"))
    return str(path)


def test_plan_shows_what_would_be_paused_and_writes_nothing(
    service: Service, cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"), deployment(namespace, "free", cpu=None, memory=None))
    before = cluster.objects.get(path_of(namespace, "shop"))["metadata"]["resourceVersion"]
    made = service.ask("plan", policy_file(tmp_path, namespace))
    (idle,) = made["policies"]
    reasons = {
        item["ref"]["name"]: item["reason"] for item in idle["decisions"] if item["ref"]["namespace"] == namespace
    }
    assert reasons == {"shop": "Pause", "free": "CostUnknown"}
    assert (made["context"], made["server"]) == ("localcluster", cluster.server)
    assert made["saving"]["source"] == "price list"
    assert cluster.objects.get(path_of(namespace, "shop"))["metadata"]["resourceVersion"] == before
    assert not service.state.path.exists()


def test_plan_prints_context_and_server_first(service: Service, cluster: LocalCluster) -> None:
    first = service.run("plan").stdout.splitlines()[0]
    assert first == f"context localcluster, server {cluster.server}"


def test_plan_needs_no_more_than_the_right_to_list_deployments(
    service: Service, cluster: LocalCluster, namespace: str, reader: Path, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"))
    shown = service.run("plan", policy_file(tmp_path, namespace), "--kubeconfig", str(reader)).stdout
    assert f"{namespace}/shop" in shown
    unseen = {each.without for each in RIGHTS if each.without and each.without.use in {Use.PAUSING, Use.PLANNING}}
    assert shown.count("not known: ") == len(unseen)


def test_where_the_callers_own_credentials_could_pause_nothing_it_is_said_whose_they_are(
    service: Service, cluster: LocalCluster, namespace: str, reader: Path, tmp_path: Path
) -> None:
    create_ready(cluster.objects, deployment(namespace, "shop"))
    policy = policy_file(tmp_path, namespace)
    said = f"MayNotWrite: with your own credentials nothing could be paused in {namespace}"
    as_reader = ("--kubeconfig", str(reader))
    assert said in service.run("plan", policy, *as_reader).stdout
    assert said in service.run("explain", f"{namespace}/shop", "--policy", policy, *as_reader).stdout
    assert "MayNotWrite: " not in service.run("plan", policy).stdout


def test_plan_without_the_right_to_list_names_the_right(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    nobody = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": namespace}}
    cluster.objects.create(nobody)
    kubeconfig = cluster.kubeconfig_for(namespace, "nobody")
    done = service.run("plan", "--kubeconfig", str(kubeconfig), succeeds=False)
    assert (done.returncode, "list deployments.apps" in done.stderr) == (1, True)


def test_explain_shows_every_check_and_how_to_wake(service: Service, cluster: LocalCluster, namespace: str) -> None:
    carried = {
        "finops.io/paused": "true",
        "finops.io/paused-at": "2026-11-23T19:00:00Z",
        "finops.io/paused-by": "idle",
        "finops.io/original-replicas": "4",
        "finops.io/pause-id": "p-1",
        "finops.io/instance": "me",
    }
    cluster.objects.create(deployment(namespace, "asleep", replicas=0, annotations=carried))
    shown = service.run("explain", f"{namespace}/asleep", "--instance", "me").stdout
    assert "wakes with 4 replicas" in shown
    assert f"finops resume {namespace}/asleep" in shown
    assert "AlreadyPaused" in shown
    assert "stops  costs at least 0.02 USD an hour?         no" in shown
    checks = service.ask("explain", f"{namespace}/asleep", "--instance", "me")["policies"][0]["checks"]
    assert "CostBelowThreshold" in {code for check in checks for code in check["codes"]}


def test_explain_of_a_deployment_that_is_not_there_is_a_sentence(service: Service, namespace: str) -> None:
    done = service.run("explain", f"{namespace}/nobody", succeeds=False)
    assert f"there is no Deployment {namespace}/nobody" in done.stderr


def test_doctor_says_which_rights_are_missing(
    service: Service, cluster: LocalCluster, namespace: str, reader: Path
) -> None:
    done = service.run("doctor", "--kubeconfig", str(reader), succeeds=False)
    assert done.returncode == 1
    assert "patch deployments/scale.apps (to scale Deployments)" in done.stdout


def test_doctor_warns_of_rights_that_are_more_than_needed(service: Service) -> None:
    shown = service.ask("doctor")
    levels = {check["subject"]: check["level"] for check in shown["checks"]}
    assert (levels["rights needed"], levels["rights surplus"], levels["clock"]) == ("ok", "warn", "ok")


def test_a_policy_on_every_namespace_needs_the_right_to_see_what_must_not_sleep(
    service: Service, reader: Path, tmp_path: Path
) -> None:
    everything = policy_file(tmp_path, '"*"', "everything")
    done = service.run("apply", everything, "--kubeconfig", str(reader), succeeds=False)
    assert "webhook configurations" in done.stderr
    assert not service.state.policies.exists()
