"""What a kubelet hears of a whole service whose Temporal stands still."""

import http.client
import os
import signal
from pathlib import Path

import pytest
from deployments import wait_for
from services import Service

from localcluster import LocalCluster
from worker.ports import find_free_port

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


def ask(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_a_service_whose_temporal_stands_still_is_alive_and_not_ready(cluster: LocalCluster, tmp_path: Path) -> None:
    port = find_free_port()
    service = Service(cluster.kubeconfig, tmp_path, cluster="health", interval="1h", FINOPS_METRICS_PORT=str(port))
    service.start()
    try:
        wait_for(lambda: ask(port, "/readyz") == 200, what="the service to be ready")
        server = service.state.read_server()
        assert server is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            wait_for(lambda: ask(port, "/readyz") == 503, what="the service not to be ready")
            assert ask(port, "/healthz") == 200
        finally:
            os.kill(server.pid, signal.SIGCONT)
        wait_for(lambda: ask(port, "/readyz") == 200, what="the service to be ready again")
    finally:
        service.stop()
