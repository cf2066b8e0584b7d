"""A cluster whose clock is three hours off, as the commands show it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from oddclocks import OddClock
from services import Service

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

SAID = "the API server's clock is 3h behind Temporal's and the worker's"


@pytest.fixture
def odd_clock(cluster: LocalCluster) -> Iterator[OddClock]:
    """The API server behind a proxy that dates its answers."""
    with OddClock(cluster.kubeconfig) as proxy:
        yield proxy


@pytest.fixture
def service(odd_clock: OddClock, tmp_path: Path) -> Iterator[Service]:
    """A `finops run` behind that proxy."""
    made = Service(odd_clock.write_kubeconfig(tmp_path / "kubeconfig"), tmp_path, cluster="odd", interval="1h").start()
    wait_for(lambda: made.ask("status")["worker"], what="the worker")
    yield made
    made.stop()


def test_status_and_doctor_name_the_clock_that_is_off_and_a_person_wakes_all_the_same(
    service: Service, odd_clock: OddClock, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"), deployment(namespace, "api"))
    service.run("pause", f"{namespace}/web", "--for", "8h")
    odd_clock.ahead = timedelta(hours=-3)
    service.kill()
    service.start()
    wait_for(lambda: service.ask("status")["worker"], what="the worker again")
    wait_for(lambda: SAID in service.run("status").stdout, what="status to name the clock")
    checks = {check["subject"]: check for check in service.ask("doctor")["checks"]}
    assert [checks[each]["level"] for each in ("clock", "clocks of the service")] == ["warn", "warn"]
    assert "3h ahead of the API server's" in checks["clock"]["sentence"]
    assert SAID in checks["clocks of the service"]["sentence"]
    refused = service.run("pause", f"{namespace}/api", "--for", "8h", succeeds=False)
    assert "this machine's clock is 3h ahead of the API server's" in refused.stderr
    service.run("resume", f"{namespace}/web", "--wait")
    assert [replicas_of(cluster.objects, namespace, name) for name in ("web", "api")] == [3, 3]
    assert service.log.read_text().count("clocks: ") == 1
