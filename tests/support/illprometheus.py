"""A Prometheus in trouble: it answers as a quiet one would, except for what is wrong with it at the moment."""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from backgroundserver import BackgroundServer

_INCREASE = re.compile(r"increase\(.*?\[(\d+)s\]")

Row = tuple[Mapping[str, str], str]


def quiet_rows(query: str, pods: list[tuple[str, str]]) -> list[Row]:
    """What a Prometheus says of pods that have done nothing for weeks."""
    if "__name__" in query:
        return []
    if "kube_deployment_spec_replicas" in query:
        return []
    network = "network" in query
    level = 300.0 if network else 0.002
    if query.startswith("count_over_time"):
        level = 3000
    elif window := _INCREASE.search(query):
        level *= int(window[1])
    elif "memory" in query:
        level = 100e6
    if "label_replace" in query:
        return [({"namespace": namespace, "deployment": pod.rsplit("-", 2)[0]}, str(level)) for namespace, pod in pods]
    return [({"namespace": namespace, "pod": pod}, str(level)) for namespace, pod in pods]


class IllPrometheus(BackgroundServer):
    """`pods` are the namespaces and names that it knows; `illness` is one of ILLNESSES, or nothing: then it is well."""

    def __init__(self) -> None:
        self.pods: list[tuple[str, str]] = []
        self.illness = ""
        self.over = threading.Event()
        super().__init__(self._handler())

    def stop(self) -> None:
        """Let go of those who wait for an answer, too."""
        self.over.set()
        super().stop()

    def answer(self, query: str, at: float) -> tuple[int, bytes]:
        """Status and body."""
        if query == "time()":
            ahead = 7200 if self.illness == "clock" else 0
            return 200, _scalar(time.time() + ahead)
        ill = ILLNESSES.get(self.illness)
        rows = quiet_rows(query, self.pods)
        return (200, _vector(rows, at)) if ill is None else ill(rows, at)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes, and the second would wait for 40 ms

            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                at = float(asked.get("time", ["0"])[0])
                status, body = server.answer(asked["query"][0], at)
                if server.illness == "hangs":
                    server.over.wait(5)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler


def _vector(rows: list[Row], at: float, **more: object) -> bytes:
    result = [{"metric": dict(labels), "value": [at, value]} for labels, value in rows]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}, **more}).encode()


def _scalar(value: float) -> bytes:
    return json.dumps({"status": "success", "data": {"resultType": "scalar", "result": [value, str(value)]}}).encode()


def _valued(value: str) -> Callable[[list[Row], float], tuple[int, bytes]]:
    return lambda rows, at: (200, _vector([(labels, value) for labels, _ in rows], at))


ILLNESSES: Mapping[str, Callable[[list[Row], float], tuple[int, bytes]]] = {
    "no answer": lambda rows, at: (0, b""),
    "refuses": lambda rows, at: (422, b"{}"),
    "not itself": lambda rows, at: (200, b"<html>login</html>"),
    "an error that is a success": lambda rows, at: (200, b'{"status":"error"}'),
    "warns": lambda rows, at: (200, _vector(rows, at, warnings=["a store gave no answer"])),
    "partial": lambda rows, at: (200, _vector(rows, at, isPartial=True)),
    "remarks on what it left out": lambda rows, at: (200, _vector(rows, at, infos=["PromQL info: ignored histogram"])),
    "a part of the content": lambda rows, at: (206, _vector(rows, at)),
    "empty": lambda rows, at: (200, _vector([], at)),
    "yesterday's": lambda rows, at: (200, _vector(rows, at - 86400)),
    "NaN": _valued("NaN"),
    "infinite": _valued("+Inf"),
    "zero": _valued("0"),
    "negative": _valued("-1"),
    "another question's": lambda rows, at: (200, _vector([({"job": "x"}, "0.001")], at)),
    "clock": lambda rows, at: (200, _vector(rows, at)),
}
"""What can be wrong with it, by a name: what it makes of the rows of a quiet one."""
