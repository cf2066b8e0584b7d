"""One page of metrics for Prometheus, ours and those of the Temporal SDK, and the answers to a kubelet's probes.

By hand, because `prometheus_client.start_http_server` serves its own page alone, and the SDK has a port of its own.
"""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from temporalio.runtime import Runtime

from worker.errors import MetricsPortTaken
from worker.ports import LOOPBACK, find_free_port
from worker.service.health import Health, Probes
from worker.temporal.runtime import build_runtime, shared_runtime

_SDK_SECONDS = 2.0


@contextmanager
def serving_metrics(port: int | None, host: str = LOOPBACK, health: Probes | None = None) -> Iterator[Runtime]:
    """The runtime for this process's Temporal client, with `http://host:port/metrics`, `/healthz` and `/readyz` served
    meanwhile.

    Without a port nothing is served. Raises MetricsPortTaken.
    """
    if port is None:
        yield shared_runtime()
        return
    sdk_port = find_free_port()
    runtime = build_runtime(metrics_address=f"{LOOPBACK}:{sdk_port}")
    try:
        server = _Server((host, port), _handler(sdk_port, health or Health()))
    except OSError as error:
        raise MetricsPortTaken(host, port, error.strerror or str(error)) from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    try:
        yield runtime
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Listens on addresses of either family; on `::`, on all of both."""

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind, for both families where that can be chosen."""
        if self.address_family is socket.AF_INET6:
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def _handler(sdk_port: int, health: Probes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers `GET` for the three paths, and nothing else."""

        def do_GET(self) -> None:
            match urlsplit(self.path).path:
                case "/metrics":
                    self._answer(True, generate_latest() + _read_sdk(sdk_port), CONTENT_TYPE_LATEST)
                case "/healthz":
                    self._tell(*health.is_alive())
                case "/readyz":
                    self._tell(*health.is_ready())
                case _:
                    self.send_error(404)

        def _tell(self, well: bool, sentence: str) -> None:
            self._answer(well, f"{sentence}\n".encode(), "text/plain; charset=utf-8")

        def _answer(self, well: bool, body: bytes, kind: str) -> None:
            self.send_response(200 if well else 503)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Log nothing: scrapes are not news."""

    return Handler


def _read_sdk(port: int) -> bytes:
    """The SDK's own page. It is missing rather than in the way when it does not answer."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_SDK_SECONDS)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()
