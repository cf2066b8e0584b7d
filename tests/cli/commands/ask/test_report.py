"""`finops report`, beside a running `finops run` and without one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deployments import create_ready, deployment, path_of, replicas_of, wait_for
from services import Service, quiet_service

from localcluster import LocalCluster, ObjectClient

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` for all of these tests."""
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), "report") as made:
        yield made


@pytest.fixture
def asleep(service: Service, cluster: LocalCluster, namespace: str) -> str:
    create_ready(cluster.objects, deployment(namespace, "web"))
    service.run("pause", f"{namespace}/web", "--for", "1h")
    return f"{namespace}/web"


def fill(objects: ObjectClient, namespace: str) -> None:
    """A quota that leaves no room for a pod."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"namespace": namespace, "name": "full"}}
    objects.create({**quota, "spec": {"hard": {"pods": "0"}}})


def test_what_sleeps_is_still_asleep(service: Service, asleep: str, namespace: str) -> None:
    made = service.ask("report", "-n", namespace)
    assert made["headline"] == "1 slept, 1 still asleep"
    assert made["under"] == {"manual": 1}


def test_what_woke_is_told_with_why_and_since_when_it_is_available(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    service.run("resume", asleep, "--reason", "early")
    wait_for(lambda: service.ask("report", "-n", namespace)["night"]["available"] == 1, what="its pods")
    made = service.ask("report", "-n", namespace)
    assert made["headline"].startswith("1 slept, 1 woke, 1 available by ")
    (sleeper,) = made["sleepers"]
    assert (sleeper["workload"], sleeper["policy"], sleeper["fate"]) == (asleep, "manual", "available")
    assert sleeper["why"].startswith("woken by ")
    assert sleeper["why"].endswith(": early")
    shown = service.run("report", "-n", namespace, "--all").stdout
    assert shown.splitlines()[0] == made["headline"]
    assert asleep in shown
    lines = service.log.read_text().splitlines()
    assert any(f"{asleep} is awake: woken by" in line and line.endswith(": early") for line in lines)


def test_what_somebody_scaled_up_counts_as_awake_before_its_hibernation_has_looked(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    cluster.objects.patch(path_of(namespace, "web") + "/scale", {"spec": {"replicas": 2}})
    made = service.ask("report", "-n", namespace)
    assert (made["night"]["woke"], made["night"]["asleep"]) == (1, 0)


def test_whose_pods_do_not_come_is_named_with_the_reason_and_fails_after_a_quarter_of_an_hour(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    fill(cluster.objects, namespace)
    service.run("resume", asleep)
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 3, what="its wake")
    wait_for(
        lambda: service.ask("report", "-n", namespace)["sleepers"][0]["trouble"].startswith("FailedCreate"),
        what="the quota to refuse its pods",
    )
    made = service.ask("report", "-n", namespace)
    assert made["headline"] == "1 slept, 1 woke, 1 still starting"
    assert "exceeded quota" in made["sleepers"][0]["trouble"]

    # A quarter of an hour later, without Temporal: the note of the wake tells.
    woken = (datetime.now(UTC) - timedelta(minutes=20)).isoformat(timespec="seconds")
    cluster.objects.patch(path_of(namespace, "web"), {"metadata": {"annotations": {"finops.io/resumed-at": woken}}})
    told = service.run("report", "-n", namespace, succeeds=False, TEMPORAL_ADDRESS="127.0.0.1:1").stdout
    assert told.startswith(f"1 slept, 1 woke, 1 not available: {asleep} (FailedCreate)")
    assert "Temporal cannot be asked, so who woke what" in told


def test_without_the_cluster_it_is_said_that_availability_is_not_known(
    service: Service, asleep: str, namespace: str, tmp_path: Path
) -> None:
    told = service.run("report", "-n", namespace, "--kubeconfig", str(tmp_path / "none")).stdout
    assert told.startswith("1 slept, 1 still asleep")
    assert "the cluster cannot be asked, so whether pods are available is not known" in told


def test_a_policy_that_nobody_knows_is_an_error(service: Service) -> None:
    assert "there is no policy nobody" in service.run("report", "--policy", "nobody", succeeds=False).stderr


def test_since_takes_a_duration_a_day_and_a_time(service: Service, namespace: str) -> None:
    for since in ("12h", "2026-01-01", "2026-01-01T07:00:00+01:00"):
        assert service.ask("report", "-n", namespace, "--since", since)["headline"] == "nothing slept"
    assert "must lie in the past" in service.run("report", "--since", "2999-01-01", succeeds=False).stderr
