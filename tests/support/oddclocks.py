"""An API server whose clock is off: the real one, behind a proxy that rewrites the `Date` of its answers."""

import json
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from backgroundserver import BackgroundServer
from kubernetes.client.rest import RESTClientObject

from activities.kube.kubeconfig import read_access

_OWN = frozenset({"connection", "content-length", "date", "host", "transfer-encoding"})
"""Headers of one connection, or that the proxy writes itself."""


class OddClock(BackgroundServer):
    """In front of a cluster. `ahead` is how far its clock seems ahead, `ahead_at_writes` how far in answers to writes
    (None: just as far). A method and a namespace in `unanswered` get no answer.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.ahead = timedelta(0)
        self.ahead_at_writes: timedelta | None = None
        self.unanswered: set[tuple[str, str]] = set()
        access = read_access(kubeconfig, None, {})
        self._target = access.configuration.host
        self._pool = RESTClientObject(access.configuration).pool_manager
        super().__init__(self._handler())

    def stop(self) -> None:
        """Close the connections to the real one, too."""
        super().stop()
        self._pool.clear()

    def write_kubeconfig(self, path: Path) -> Path:
        """A way in through the proxy, which has the credentials."""
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "odd", "cluster": {"server": self.url}}],
            "users": [{"name": "nobody", "user": {}}],
            "contexts": [{"name": "odd", "context": {"cluster": "odd", "user": "nobody"}}],
            "current-context": "odd",
        }
        path.write_text(json.dumps(document))
        return path

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                if any(self.command == method and f"/{name}/" in self.path for method, name in proxy.unanswered):
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
                answer = proxy._pool.request(
                    self.command,
                    proxy._target + self.path,
                    body=body,
                    headers=headers,
                    retries=False,
                    decode_content=False,
                )
                ahead = proxy.ahead
                if self.command != "GET" and proxy.ahead_at_writes is not None:
                    ahead = proxy.ahead_at_writes
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in _OWN:
                        self.send_header(name, value)
                self.send_header("Date", format_datetime(parsedate_to_datetime(answer.headers["Date"]) + ahead))
                self.send_header("Content-Length", str(len(answer.data)))
                self.end_headers()
                self.wfile.write(answer.data)

            do_GET = do_PATCH = do_POST = _pass_on  # noqa: N815 - the names the base class looks for

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler
