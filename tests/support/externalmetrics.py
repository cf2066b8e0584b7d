"""A metrics API of the cluster's own: `external.metrics.k8s.io`, served by this machine behind a real APIService."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backgroundserver import BackgroundServer
from deployments import wait_for

from localcluster import ObjectClient

GROUP, VERSION = "external.metrics.k8s.io", "v1beta1"
_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"


class Queue:
    """A queue of work: how long it is, is the one metric there is."""

    length = 0


@contextmanager
def serving(queue: Queue, objects: ObjectClient, namespace: str, keys: tuple[Path, Path]) -> Iterator[None]:
    """Its length is the value of every external metric of the cluster, until the block ends."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(_answer(urlsplit(self.path).path, queue)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            """Says nothing."""

    with BackgroundServer(Answers, keys) as server:
        port = urlsplit(server.url).port
        service = {"namespace": namespace, "name": "metrics", "port": port}
        objects.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"namespace": namespace, "name": "metrics"},
                "spec": {"type": "ExternalName", "externalName": "localhost", "ports": [{"port": port}]},
            }
        )
        objects.create(
            {
                "apiVersion": "apiregistration.k8s.io/v1",
                "kind": "APIService",
                "metadata": {"name": f"{VERSION}.{GROUP}"},
                "spec": {
                    "group": GROUP,
                    "version": VERSION,
                    "groupPriorityMinimum": 100,
                    "versionPriority": 100,
                    "insecureSkipTLSVerify": True,
                    "service": service,
                },
            }
        )
        try:
            wait_for(lambda: _is_available(objects), what="the metrics API")
            yield
        finally:
            objects.delete(f"{_SERVICES}/{VERSION}.{GROUP}")


def _is_available(objects: ObjectClient) -> bool:
    status = objects.get(f"{_SERVICES}/{VERSION}.{GROUP}").get("status", {})
    return any(each["type"] == "Available" and each["status"] == "True" for each in status.get("conditions", ()))


def _answer(path: str, queue: Queue) -> dict[str, Any]:
    """The resource list of discovery, or the one value."""
    name = path.rpartition("/")[2]
    if name == VERSION:
        resource = {"name": "queue_length", "singularName": "", "namespaced": True, "kind": "ExternalMetricValueList"}
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": f"{GROUP}/{VERSION}",
            "resources": [{**resource, "verbs": ["get"]}],
        }
    value = {
        "metricName": name,
        "metricLabels": {},
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "value": str(queue.length),
    }
    return {
        "kind": "ExternalMetricValueList",
        "apiVersion": f"{GROUP}/{VERSION}",
        "metadata": {},
        "items": [value],
    }
