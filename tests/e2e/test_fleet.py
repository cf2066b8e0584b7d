"""One worker process for several clusters: each is served as if it were alone, and none is harmed by another."""

import http.client
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from services import Service, enforcing

from localcluster import LocalCluster
from worker.ports import find_free_port

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAMESPACE = "fleet"


@pytest.fixture(scope="module")
def near(cluster: LocalCluster) -> Iterator[LocalCluster]:
    """The control plane of all tests, with a workload of ours."""
    with having_web(cluster, replicas=3):
        yield cluster


@pytest.fixture(scope="module")
def far() -> Iterator[LocalCluster]:
    """Another one, with a workload of the same name."""
    with LocalCluster.start() as running, having_web(running, replicas=5):
        yield running


@contextmanager
def having_web(cluster: LocalCluster, replicas: int) -> Iterator[None]:
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    create_ready(cluster.objects, deployment(NAMESPACE, "web", replicas=replicas))
    yield
    cluster.objects.delete(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")


@pytest.fixture
def make(temporal: str, near: LocalCluster, tmp_path: Path) -> Iterator[Callable[[str], Service]]:
    """Makes a service whose settings file has these tables, among them always one for `near`."""
    made: list[Service] = []

    def make_one(tables: str) -> Service:
        prefix = f"f{tmp_path.name.replace('_', '-').lower()[-20:]}"
        config = tmp_path / "finops.toml"
        text = f'[clusters.near]\nkubeconfig = "{near.kubeconfig}"\n{tables}'
        config.write_text(text.replace("clusters.", f"clusters.{prefix}-"))
        service = Service(
            tmp_path / "none",
            tmp_path,
            cluster="",
            interval="1h",
            FINOPS_INSTANCE=prefix,
            FINOPS_CONFIG=str(config),
            FINOPS_METRICS_PORT=str(find_free_port()),
            TEMPORAL_ADDRESS=temporal,
        )
        made.append(service)
        return service

    yield make_one
    for service in made:
        service.stop()


def name_of(service: Service, cluster: str) -> str:
    return f"{service.environment['FINOPS_INSTANCE']}-{cluster}"


def ask(service: Service, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", int(service.environment["FINOPS_METRICS_PORT"]), timeout=5)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def is_served(service: Service, cluster: str) -> bool:
    try:
        return f'finops_cluster_served{{cluster="{name_of(service, cluster)}"}} 1.0' in ask(service, "/metrics")
    except ConnectionError:
        return False


@contextmanager
def frozen(cluster: LocalCluster) -> Iterator[None]:
    """Its API server takes connections and answers none."""
    os.kill(cluster.pids["kube-apiserver"], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(cluster.pids["kube-apiserver"], signal.SIGCONT)


def count_in(cluster: LocalCluster) -> int:
    return replicas_of(cluster.objects, NAMESPACE, "web")


def test_workloads_of_the_same_name_sleep_and_wake_in_their_own_cluster(
    make: Callable[[str], Service], near: LocalCluster, far: LocalCluster
) -> None:
    service = make(f'[clusters.far]\nkubeconfig = "{far.kubeconfig}"\n')
    here, there = name_of(service, "near"), name_of(service, "far")
    service.folder.joinpath("policy.yaml").write_text(enforcing("nights", NAMESPACE))
    service.start_worker()
    service.run("apply", str(service.folder / "policy.yaml"), "--cluster", there)
    wait_for(lambda: count_in(far) == 0, what="the pause over there")
    assert count_in(near) == 3
    service.run("pause", f"{NAMESPACE}/web", "--for", "8h", "--cluster", here)
    wait_for(lambda: count_in(near) == 0, what="the pause here")
    assert {
        each["cluster"]: each["asleep"] for each in service.ask("status", "--all-clusters")["clusters"]
    }.items() >= {
        (here, 1),
        (there, 1),
    }
    service.run("resume", f"{NAMESPACE}/web", "--wait", "--cluster", there)
    assert (count_in(near), count_in(far)) == (0, 5)
    service.run("resume", f"{NAMESPACE}/web", "--wait", "--cluster", here)
    assert (count_in(near), count_in(far)) == (3, 5)
    shown = ask(service, "/metrics")
    for policy, cluster in (("manual", here), ("nights", there)):
        for action in ("pause", "wake"):
            assert f'finops_actions_taken_total{{action="{action}",cluster="{cluster}",policy="{policy}"}} 1.0' in shown
    assert f"[{there}]" in service.log.read_text()
    assert service.stop(signal.SIGTERM) == 0


def test_a_cluster_that_does_not_answer_holds_up_no_other_and_is_given_back_what_slept(
    make: Callable[[str], Service], near: LocalCluster, far: LocalCluster
) -> None:
    service = make(f'[clusters.far]\nkubeconfig = "{far.kubeconfig}"\n')
    here, there = name_of(service, "near"), name_of(service, "far")
    service.start_worker()
    wait_for(lambda: is_served(service, "near") and is_served(service, "far"), what="both workers")
    service.run("pause", f"{NAMESPACE}/web", "--for", "8h", "--cluster", there)
    wait_for(lambda: count_in(far) == 0, what="the pause over there")
    with frozen(far):
        service.run("pause", f"{NAMESPACE}/web", "--for", "8h", "--cluster", here)
        wait_for(lambda: count_in(near) == 0, what="the pause here")
        service.run("resume", f"{NAMESPACE}/web", "--wait", "--cluster", here)
        assert count_in(near) == 3
        wait_for(lambda: f"{there}: the API server: " in ask(service, "/readyz"), what="the trouble to be told")
        assert f"{here}: Temporal and the API server answer" in ask(service, "/readyz")
        assert ask(service, "/healthz") == "its loops go round\n"
    service.run("resume", f"{NAMESPACE}/web", "--wait", "--cluster", there)
    assert count_in(far) == 5
    assert "finops.io/paused" not in annotations_of(far.objects, NAMESPACE, "web")


def test_a_cluster_that_is_down_at_the_start_is_served_when_it_is_back(
    make: Callable[[str], Service], far: LocalCluster
) -> None:
    service = make(f'[clusters.far]\nkubeconfig = "{far.kubeconfig}"\n')
    with frozen(far):
        service.start_worker()
        wait_for(lambda: is_served(service, "near"), what="the worker of the one that is up")
        wait_for(lambda: f"{name_of(service, 'far')} is not served: " in service.log.read_text(), what="the trouble")
        assert not is_served(service, "far")
    wait_for(lambda: is_served(service, "far"), what="its worker")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('kubeconfig = "nowhere"', "nowhere"),
        ('kubeconfig = "{kubeconfig}"\ncontext = "misspelt"', "misspelt"),
        ('kubeconfig = "{kubeconfig}"', "is the same as"),
    ],
)
def test_a_cluster_that_is_set_up_wrongly_is_told_and_the_others_are_served(
    make: Callable[[str], Service], near: LocalCluster, table: str, says: str
) -> None:
    service = make(f"[clusters.wrong]\n{table.replace('{kubeconfig}', str(near.kubeconfig))}\n")
    service.start_worker()
    wait_for(lambda: " is not served: " in service.log.read_text(), what="the trouble")
    (line,) = (line for line in service.log.read_text().splitlines() if " is not served: " in line)
    assert says in line
    served = [is_served(service, each) for each in ("near", "wrong")]
    assert sorted(served) == [False, True]


def test_a_cluster_whose_table_leads_to_another_one_harms_neither_and_is_taken_up_when_it_is_mended(
    make: Callable[[str], Service], near: LocalCluster, far: LocalCluster, tmp_path: Path
) -> None:
    moving = tmp_path / "moving.kubeconfig"
    moving.write_bytes(far.kubeconfig.read_bytes())
    service = make(f'[clusters.far]\nkubeconfig = "{moving}"\n')
    service.start_worker()
    wait_for(lambda: is_served(service, "near") and is_served(service, "far"), what="both workers")
    service.stop()
    moving.write_bytes(near.kubeconfig.read_bytes())
    service.start_worker()
    wait_for(lambda: f"{name_of(service, 'far')} is not served: " in service.log.read_text(), what="the trouble")
    wait_for(lambda: is_served(service, "near"), what="the one that was set up rightly")
    assert f"{name_of(service, 'near')} is not served: " not in service.log.read_text()
    moving.write_bytes(far.kubeconfig.read_bytes())
    wait_for(lambda: is_served(service, "far"), what="the one that was mended")
    assert is_served(service, "near")


def test_a_new_table_that_leads_to_a_cluster_that_was_served_before_does_not_take_it_over(
    make: Callable[[str], Service], near: LocalCluster
) -> None:
    before = make("")
    before.start_worker()
    wait_for(lambda: is_served(before, "near"), what="the worker")
    before.stop()
    service = make(f'[clusters.another]\nkubeconfig = "{near.kubeconfig}"\n')
    service.start_worker()
    said = f"cluster {name_of(service, 'another')} is the same as {name_of(service, 'near')}"
    wait_for(lambda: said in service.log.read_text(), what="the trouble")
    wait_for(lambda: is_served(service, "near"), what="the one it belongs to")
    assert not is_served(service, "another")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("status",), "choose one with --cluster"),
        (("pause", "dev/web", "--for", "1h"), "choose one with --cluster"),
        (("plan", "--cluster", "misspelt"), "no table for a cluster 'misspelt'"),
        (("worker", "--context", "x"), "are about one cluster"),
    ],
)
def test_a_call_that_is_about_one_of_several_clusters_names_it(
    make: Callable[[str], Service], arguments: tuple[str, ...], says: str
) -> None:
    service = make('[clusters.far]\nkubeconfig = "nowhere"\n')
    assert says in service.run(*arguments, succeeds=False).stderr
