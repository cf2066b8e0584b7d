"""`finops history`, beside a running `finops run`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deployments import create_ready, deployment, path_of, replicas_of, wait_for
from ids import key_of
from services import Service, enforcing, quiet_service
from temporalio.client import Client

from localcluster import LocalCluster
from policies.names import hibernation_id

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` for all of these tests."""
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), "past") as made:
        yield made


@pytest.fixture
def without_temporal(cluster: LocalCluster, tmp_path: Path) -> Service:
    """The command of somebody whose Temporal is down."""
    return Service(cluster.kubeconfig, tmp_path, cluster="past", FINOPS_INSTANCE="me")


@pytest.fixture
def asleep(service: Service, cluster: LocalCluster, namespace: str) -> str:
    """A Deployment of three that sleeps by hand."""
    create_ready(cluster.objects, deployment(namespace, "web"))
    service.run("pause", f"{namespace}/web", "--for", "1h")
    return f"{namespace}/web"


async def terminate(service: Service, name: str) -> None:
    """Its workflow is lost."""
    server = service.state.read_server()
    assert server is not None
    client = await Client.connect(server.address)
    await client.get_workflow_handle(hibernation_id("past", key_of(name))).terminate(reason="gone wrong")


def strip(cluster: LocalCluster, name: str) -> None:
    """Its annotations are lost."""
    path = path_of(*name.split("/"))
    carried = cluster.objects.get(path)["metadata"]["annotations"]
    ours = {key: None for key in carried if key.startswith("finops.io/")}
    cluster.objects.patch(path, {"metadata": {"annotations": ours}})


def statuses(service: Service, name: str) -> list[str]:
    return [run["status"] for run in service.ask("history", name)["temporal"]["hibernations"]]


def test_a_closed_hibernation_tells_its_count_its_sleep_its_saving_and_why_it_ended(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    service.apply(enforcing("nightly", namespace))
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="it to sleep")
    name = f"{namespace}/web"
    wait_for(lambda: "still asleep" in service.run("history", name).stdout, what="history to show it")
    service.run("resume", name, "--wait", "--reason", "a demo")
    wait_for(lambda: statuses(service, name) == ["completed"], what="the hibernation to end")
    known = service.ask("history", name)
    (run,) = known["temporal"]["hibernations"]
    assert (run["policy"], run["original_replicas"], run["outcome"]) == ("nightly", 3, "woken")
    assert run["sentence"].endswith(": a demo")
    assert run["slept_seconds"] > 0
    assert (run["avoided_cost"] > 0, run["currency"]) == (True, "USD")
    assert known["temporal"]["kept_days"] == 90
    (copy,) = known["now"]["copies"]
    assert (copy["record"]["original_replicas"], copy["pause_id"]) == (3, copy["record"]["pause_id"])
    assert known["outlook"]["sentence"] == ""
    shown = service.run("history", name).stdout
    assert "woken by" in shown
    assert "woken: woken" not in shown
    assert "Temporal keeps what is over for 90 days" in shown
    assert "not paused before" in shown
    service.run("delete", "nightly", "--yes")


async def test_both_records_lost_leaves_it_at_zero_and_tells_the_last_known_count(
    service: Service, cluster: LocalCluster, asleep: str
) -> None:
    await terminate(service, asleep)
    strip(cluster, asleep)
    wait_for(lambda: statuses(service, asleep) == ["terminated"], what="the end to be seen")
    known = service.ask("history", asleep)
    assert known["outlook"]["untouched"]
    assert known["outlook"]["last_known"]["replicas"] == 3
    namespace, name = asleep.split("/")
    assert known["outlook"]["by_hand"] == f"kubectl -n {namespace} scale deployment {name} --replicas 3"
    shown = service.run("history", asleep).stdout
    assert "finops will not touch it" in shown
    assert ": gone wrong" in shown
    assert replicas_of(cluster.objects, namespace, name) == 0


async def test_a_deleted_deployment_leaves_what_temporal_knows(
    service: Service, cluster: LocalCluster, asleep: str
) -> None:
    cluster.objects.delete(path_of(*asleep.split("/")))
    wait_for(lambda: service.ask("history", asleep)["now"] is None, what="it to be gone")
    (run,) = service.ask("history", asleep)["temporal"]["hibernations"]
    assert (run["status"], run["policy"], run["original_replicas"]) == ("running", "manual", 3)
    shown = service.run("history", asleep).stdout
    assert "not there, so only its hibernations are known" in shown
    assert "ReplicaSets" not in shown


def test_without_the_cluster_temporal_alone_is_asked(service: Service, asleep: str, tmp_path: Path) -> None:
    done = service.run("history", asleep, "--kubeconfig", str(tmp_path / "none"))
    assert "the cluster cannot be asked, so this is what Temporal knows" in done.stdout
    assert "still asleep" in done.stdout


def test_without_temporal_the_cluster_alone_is_asked(without_temporal: Service, asleep: str) -> None:
    done = without_temporal.run("history", asleep)
    assert "Temporal cannot be asked, so this is what the cluster knows" in done.stdout
    assert "wakes with 3 replicas" in done.stdout
    assert without_temporal.ask("history", asleep)["temporal"] is None


def test_a_copy_on_a_replica_set_is_what_is_left_without_temporal_and_annotations(
    without_temporal: Service, cluster: LocalCluster, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "web", replicas=0, annotations=record(pause_id="p-7")))
    name = f"{namespace}/web"
    wait_for(lambda: bool(without_temporal.ask("history", name)["now"]["copies"]), what="the copy")
    strip(cluster, name)
    shown = without_temporal.run("history", name).stdout
    assert "only Temporal can tell whether an open hibernation knows it" in shown
    assert "last known: 3 replicas" in shown
    assert "(pause-id p-7)" in shown


def record(**changes: str) -> dict[str, str]:
    whole = {
        "paused": "true",
        "paused-at": "2026-11-23T19:00:00Z",
        "paused-by": "idle",
        "original-replicas": "3",
        "instance": "me",
        **{key.replace("_", "-"): text for key, text in changes.items()},
    }
    return {f"finops.io/{key}": text for key, text in whole.items()}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nobody"], 2, "is not NAMESPACE/NAME"),
        (["nowhere/nobody"], 1, "Temporal knows no hibernation of it since"),
        (["nowhere/nobody", "--kubeconfig", "/nowhere"], 1, "/nowhere"),
    ],
    ids=["no name", "never heard of", "never heard of, and no cluster"],
)
def test_what_nobody_knows_is_a_sentence(service: Service, arguments: list[str], code: int, sentence: str) -> None:
    done = service.run("history", *arguments, succeeds=False)
    assert (done.returncode, sentence in done.stderr) == (code, True)


def test_where_nobody_can_be_asked_both_reasons_are_told(without_temporal: Service) -> None:
    done: Any = without_temporal.run("history", "a/b", "--kubeconfig", "/nowhere", succeeds=False)
    assert done.returncode == 1
    assert "neither the cluster nor Temporal can be asked: /nowhere" in done.stderr


def test_a_damaged_sleeper_without_a_workflow_is_woken_from_its_copy(
    service: Service, without_temporal: Service, cluster: LocalCluster, namespace: str
) -> None:
    """By `resume --direct`, which asks nobody, and by `resume`, which starts its hibernation."""
    for name, asked, option in (("direct", without_temporal, "--direct"), ("signalled", service, "--wait")):
        damage(cluster, namespace, name)
        asked.run("resume", f"{namespace}/{name}", option, "--yes")
        wait_for(lambda name=name: replicas_of(cluster.objects, namespace, name) == 3, what=name)  # type: ignore[misc]


def damage(cluster: LocalCluster, namespace: str, name: str) -> None:
    """A sleeper of an installation that is gone; a deploy came in, and then garbage."""
    path = path_of(namespace, name)
    cluster.objects.create(deployment(namespace, name, replicas=0, annotations=record(pause_id="p-1", instance="old")))
    wait_for(lambda: replica_sets(cluster, namespace, name) == 1, what="its ReplicaSet")
    container = {"name": "main", "image": "example/app:2"}
    template = {"spec": {"template": {"spec": {"containers": [container]}}}}
    cluster.objects.patch(path, template, kind="application/strategic-merge-patch+json")
    wait_for(lambda: replica_sets(cluster, namespace, name) == 2, what="the second")
    cluster.objects.patch(path, {"metadata": {"annotations": {"finops.io/original-replicas": "many"}}})


def replica_sets(cluster: LocalCluster, namespace: str, name: str) -> int:
    found = cluster.objects.get(f"/apis/apps/v1/namespaces/{namespace}/replicasets")["items"]
    return sum(1 for item in found if item["metadata"]["labels"]["app"] == name)
