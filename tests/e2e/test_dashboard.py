"""The dashboard's queries, asked of a real Prometheus that scrapes the real endpoint."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from prometheusserver import PrometheusServer, running_prometheus
from services import Service, enforcing

from localcluster import LocalCluster
from worker.ports import find_free_port
from worker.temporal.cluster_record import start_reconciling
from worker.temporal.connection import connect

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

DASHBOARD = json.loads(
    (Path(__file__).parents[2] / "deploy" / "chart" / "files" / "dashboard.json").read_text(encoding="utf-8")
)
QUERIES = [
    pytest.param(target["expr"].replace("$__rate_interval", "1m").replace("$cluster", "dash.*"), id=panel["title"])
    for panel in DASHBOARD["panels"]
    for target in panel["targets"]
]
EMPTY_WHERE_ALL_IS_WELL = re.compile(r"finops_errors_total|finops_opencost_|finops_estimated_savings\{")
"""Errors, a cost source that is not configured, and currencies that nothing is priced in."""


@pytest.fixture(scope="module")
def prometheus(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """One that has seen a service pause something."""
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dashboard"}})
    create_ready(cluster.objects, deployment("dashboard", "web"))
    folder, port = tmp_path_factory.mktemp("dashboard"), find_free_port()
    service = Service(cluster.kubeconfig, folder, cluster="dashboard", FINOPS_METRICS_PORT=str(port))
    with running_prometheus(folder / "data", f"127.0.0.1:{port}") as server:
        service.start()
        try:
            wait_for(lambda: service.ask("status")["worker"], what="the worker")
            time.sleep(2.5)  # two scrapes before anything happens: an increase needs a beginning
            service.apply(enforcing("dashboard", "dashboard"))
            wait_for(lambda: replicas_of(cluster.objects, "dashboard", "web") == 0, what="the pause")
            wait_for(lambda: bool(rows(server, "finops_decisions_total")), what="a scrape after it")
            asyncio.run(reconcile(service))
            wait_for(lambda: bool(rows(server, "finops_paused_workloads")), what="a scrape after the reconciliation")
            time.sleep(2.5)
            yield server
        finally:
            service.stop()
            cluster.objects.delete("/apis/apps/v1/namespaces/dashboard/deployments")


async def reconcile(service: Service) -> None:
    """Now, and not within five minutes: gauges are those of a reconciliation."""
    client = await connect(service.state, environment=service.environment)
    await start_reconciling(client, "dashboard")


def rows(server: PrometheusServer, query: str) -> list[dict[str, Any]]:
    return list(server.ask(query, time.time()))


@pytest.mark.parametrize("query", QUERIES)
def test_every_panel_shows_something(prometheus: PrometheusServer, query: str) -> None:
    found = rows(prometheus, query)
    assert found or EMPTY_WHERE_ALL_IS_WELL.search(query)


def test_every_panel_has_a_place_of_its_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
