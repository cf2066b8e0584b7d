"""`finops savings`, beside a running `finops run`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import create_ready, deployment, path_of, replicas_of, wait_for
from ids import id_of
from services import Service, quiet_service
from temporalio.client import Client

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture(scope="module")
def service(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One `finops run` for all of these tests."""
    with quiet_service(cluster.kubeconfig, tmp_path_factory.mktemp("service"), "savings") as made:
        yield made


@pytest.fixture
def asleep(service: Service, cluster: LocalCluster, namespace: str) -> str:
    """A Deployment of three, each of half a core and half a GiB, that sleeps by hand."""
    create_ready(cluster.objects, deployment(namespace, "web"))
    service.run("pause", f"{namespace}/web", "--for", "1h")
    return f"{namespace}/web"


def test_who_sleeps_now_has_a_rate_and_frees_requests(service: Service, asleep: str, namespace: str) -> None:
    made = service.ask("savings", "--namespace", namespace)
    (entry,) = made["workloads"]
    rate = 3 * (0.5 * 0.031611 + 0.5 * 0.004237)
    assert (entry["policy"], entry["namespace"], entry["name"]) == ("manual", namespace, "web")
    assert (entry["asleep"], entry["sleeps"], entry["currency"], entry["sources"]) == (1, 1, "USD", ["price list"])
    assert entry["freed"] == {"cpuCores": 1.5, "memoryBytes": 1.5 * 2**30, "gpus": 0}
    assert entry["hourly"] == pytest.approx(rate, rel=1e-4)
    assert entry["avoided"] == pytest.approx(entry["sleptHours"] * rate, rel=1e-4)
    assert made["dataSince"] is not None
    (row,) = [each for each in service.ask("status")["hibernations"] if each["namespace"] == namespace]
    assert row["savedPerDayAsleep"] == pytest.approx(24 * entry["hourly"], rel=1e-3)
    assert row["currency"] == "USD"


def test_a_sleep_that_is_over_is_remembered_by_temporal_and_frees_nothing(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    service.run("resume", asleep)
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 3, what="its wake")
    wait_for(lambda: bool(service.ask("savings", "--namespace", namespace)["workloads"]), what="visibility")
    (entry,) = service.ask("savings", "--namespace", namespace)["workloads"]
    assert (entry["asleep"], entry["sleeps"], entry["hourly"], entry["freed"]["cpuCores"]) == (0, 1, 0, 0)
    assert entry["avoided"] > 0


def test_one_that_somebody_scaled_up_is_not_counted_as_asleep(
    service: Service, cluster: LocalCluster, asleep: str, namespace: str
) -> None:
    cluster.objects.patch(path_of(namespace, "web") + "/scale", {"spec": {"replicas": 2}})
    made = service.ask("savings", "--namespace", namespace)
    assert [entry["asleep"] for entry in made["workloads"]] in ([], [0])


async def test_a_sleep_whose_workflow_was_ended_is_still_one_sleep(
    service: Service, asleep: str, namespace: str
) -> None:
    server = service.state.read_server()
    assert server is not None
    client = await Client.connect(server.address)
    await client.get_workflow_handle(id_of("savings", namespace, "web")).terminate(reason="gone wrong")
    (entry,) = service.ask("savings", "--namespace", namespace)["workloads"]
    assert (entry["asleep"], entry["sleeps"]) == (1, 1)


def test_for_people_it_is_an_estimate_with_its_source_and_since_when(
    service: Service, asleep: str, namespace: str
) -> None:
    shown = service.run("savings", "--namespace", namespace).stdout
    for part in (
        "1.5 cores, 1.5 GiB",
        "(estimate, price list)",
        "data since",
        "What a bill really saves depends on whether nodes go",
        "Node-hours are not known",
    ):
        assert part in shown
    assert f"{namespace}/web" in service.run("savings", "--namespace", namespace, "--all").stdout


def test_without_temporal_what_sleeps_now_is_counted(
    cluster: LocalCluster, service: Service, asleep: str, namespace: str, tmp_path: Path
) -> None:
    ours = service.environment["FINOPS_INSTANCE"]
    alone = Service(cluster.kubeconfig, tmp_path, cluster="savings", FINOPS_INSTANCE=ours)
    made = alone.ask("savings", "--namespace", namespace)
    assert [entry["asleep"] for entry in made["workloads"]] == [1]
    assert "only what sleeps now is counted" in made["troubles"][0]


def test_without_the_cluster_what_temporal_knows_is_counted(service: Service, asleep: str, namespace: str) -> None:
    made = service.ask("savings", "--namespace", namespace, "--kubeconfig", "/nowhere")
    assert made["workloads"] == []
    assert "what sleeps now is not counted" in made["troubles"][0]


def test_where_nobody_can_be_asked_it_fails(cluster: LocalCluster, tmp_path: Path) -> None:
    alone = Service(cluster.kubeconfig, tmp_path, cluster="savings")
    done = alone.run("savings", "--kubeconfig", "/nowhere", succeeds=False)
    assert (done.returncode, "Temporal cannot be asked" in done.stderr) == (1, True)
