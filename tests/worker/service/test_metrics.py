"""The page that Prometheus scrapes."""

import asyncio
import errno
import http.client
import re
import socket
from pathlib import Path

import pytest
from deployments import wait_for
from temporalio import workflow
from temporalio.service import ServiceClient
from temporalio.worker import Worker

from activities.alerts.raised import alert
from activities.cluster_context import working_for
from worker.embedded.temporal import EmbeddedTemporal
from worker.errors import MetricsPortTaken
from worker.ports import find_free_port
from worker.service.health import Health
from worker.service.metrics import serving_metrics
from worker.service.runner import workflow_runner
from worker.temporal.connection import connect_to


def read(port: int, path: str = "/metrics", host: str = "127.0.0.1") -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def has_ipv6() -> bool:
    """Whether this machine has an address of that family at all."""
    with socket.socket(socket.AF_INET6) as tried:
        return tried.connect_ex(("::1", 9)) != errno.EADDRNOTAVAIL


@pytest.mark.temporal
async def test_one_page_holds_our_counters_and_the_sdks(embedded: EmbeddedTemporal) -> None:
    port = find_free_port()
    with serving_metrics(port) as runtime:
        client = await connect_to(embedded.target, runtime=runtime)
        assert isinstance(client.service_client, ServiceClient)
        with working_for("dev"):
            alert("clocks", "nothing to worry about")
        status, text = read(port)
    assert status == 200
    assert 'finops_alerts_total{cluster="dev",kind="clocks"} 1.0' in text
    assert "temporal_" in text


@workflow.defn(name="Failing")
class Failing:
    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a bug")


@pytest.mark.temporal
async def test_a_step_that_fails_is_counted_by_the_name_that_the_alert_asks_for(embedded: EmbeddedTemporal) -> None:
    rules = Path(__file__).parents[3] / "deploy" / "chart" / "files" / "rules.yaml"
    (name,) = set(re.findall(r"temporal_\w+", rules.read_text()))
    port = find_free_port()
    with serving_metrics(port) as runtime:
        client = await connect_to(embedded.target, runtime=runtime)
        async with Worker(client, task_queue="finops/dev", workflows=[Failing], workflow_runner=workflow_runner()):
            handle = await client.start_workflow("Failing", id="failing", task_queue="finops/dev")
            await asyncio.to_thread(wait_for, lambda: name in read(port)[1], what="the count of failed steps")
            await handle.terminate()
        (line,) = (line for line in read(port)[1].splitlines() if line.startswith(name))
    for label in ('task_queue="finops/dev"', 'workflow_type="Failing"'):
        assert label in line


async def test_nothing_else_is_served() -> None:
    port = find_free_port()
    with serving_metrics(port):
        assert read(port, "/")[0] == 404
        assert read(port, "/metrics?name=x")[0] == 200


@pytest.mark.parametrize(
    ("host", "reached"), [("::", "::1"), ("::", "127.0.0.1"), ("::1", "::1"), ("0.0.0.0", "127.0.0.1")]
)
async def test_it_is_served_on_addresses_of_either_family(host: str, reached: str) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    port = find_free_port()
    with serving_metrics(port, host):
        assert read(port, "/metrics", reached)[0] == 200


async def test_an_address_that_is_not_ours_is_told() -> None:
    told = pytest.raises(MetricsPortTaken, match=r"\[2001:db8::1\]:.*FINOPS_METRICS_HOST")
    with told, serving_metrics(find_free_port(), "2001:db8::1"):
        pass


async def test_a_taken_port_is_told_with_the_setting_that_mends_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MetricsPortTaken, match="FINOPS_METRICS_PORT"), serving_metrics(taken.getsockname()[1]):
            pass


async def test_without_a_port_nothing_is_served() -> None:
    with serving_metrics(None) as runtime:
        assert runtime is not None


async def test_the_probes_of_a_kubelet_are_answered() -> None:
    port, health = find_free_port(), Health()
    with serving_metrics(port, health=health):
        assert read(port, "/healthz") == (200, "its loops go round\n")
        assert read(port, "/readyz") == (503, "worker: is starting\n")
        health.tell("worker", "")
        assert read(port, "/readyz")[0] == 200
