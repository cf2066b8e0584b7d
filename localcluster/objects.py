"""Plain API objects in and out of the API server: dictionaries over a pool of kept-alive connections.

For demo and tests, which make and read many objects at once. Standard library only; safe to share between threads.
It speaks to 127.0.0.1 and never asks the environment for a proxy.
"""

import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

MERGE_PATCH = "application/merge-patch+json"
# The API server closes idle connections after 90 s; an older one is not worth the risk.
IDLE_SECONDS = 30.0
PAGE_SIZE = 500
PARALLEL = 16
FIRST_ERROR_STATUS = 400

Object = dict[str, Any]


class ApiError(Exception):
    """The API server refused: HTTP status, Kubernetes' reason and message."""

    def __init__(self, status: int, reason: str, message: str, request: str) -> None:
        self.status = status
        self.reason = reason
        self.message = message
        super().__init__(f"{request} was answered {status} {reason}: {message}")


def path_of(kind: Object | str, namespace: str | None = None, name: str | None = None) -> str:
    """The API path of an object, or of `apiVersion/Kind` such as `apps/v1/Deployment`.

    An object with `metadata.namespace` is taken as namespaced. The plural is English's: right for every built-in kind.
    """
    if isinstance(kind, str):
        api_version, _, word = kind.rpartition("/")
    else:
        api_version, word = kind["apiVersion"], kind["kind"]
        namespace = namespace or kind["metadata"].get("namespace")
        name = name or kind["metadata"].get("name")
    base = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"{base}{scope}/{_plural(word.lower())}" + (f"/{name}" if name else "")


def _plural(word: str) -> str:
    if word.endswith(("s", "ss", "x", "ch")):
        return word if word == "endpoints" else f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


class ObjectClient:
    """Talks to one API server as one identity."""

    def __init__(
        self, server: str, authority: Path, *, certificate: tuple[Path, Path] | None = None, token: str | None = None
    ) -> None:
        """As the holder of a client certificate (certificate and key files) or of a bearer token."""
        parts = urlsplit(server)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 443
        self._context = ssl.create_default_context(cafile=authority)
        if certificate:
            self._context.load_cert_chain(*certificate)
        self._headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._idle: list[tuple[float, http.client.HTTPSConnection]] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections; the client can be used again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def get(self, path: str, **query: Any) -> Object:
        """Read one object."""
        return self.request("GET", _with_query(path, query))

    def list(self, path: str, **query: Any) -> Iterator[Object]:
        """Every object of a collection, page by page (`labelSelector=`, `fieldSelector=`)."""
        query = {"limit": PAGE_SIZE, **query}
        while True:
            page = self.request("GET", _with_query(path, query))
            yield from page["items"]
            following = page["metadata"].get("continue")
            if not following:
                return
            query["continue"] = following

    def create(self, item: Object) -> Object:
        """Create an object where its own apiVersion, kind and namespace say."""
        return self.request("POST", path_of(item).removesuffix(f"/{item['metadata'].get('name')}"), item)

    def create_all(self, items: Iterable[Object], *, parallel: int = PARALLEL) -> tuple[Object, ...]:
        """Create many objects, `parallel` at a time, in no order among them; the answers come in theirs."""
        with ThreadPoolExecutor(parallel) as pool:
            return tuple(pool.map(self.create, items))

    def patch(self, path: str, change: Object, *, kind: str = MERGE_PATCH, **query: Any) -> Object:
        """Change an object or one of its subresources (`…/status`, `…/scale`)."""
        return self.request("PATCH", _with_query(path, query), change, content_type=kind)

    def delete(self, path: str, **query: Any) -> Object:
        """Delete an object."""
        return self.request("DELETE", _with_query(path, query))

    def request(
        self, method: str, target: str, body: Object | None = None, *, content_type: str = "application/json"
    ) -> Object:
        """One request and its JSON answer; an answer of another type comes as `{"text": …}`.

        Raises:
            ApiError: a status of 400 or above.
            OSError, http.client.HTTPException: no answer.
        """
        with self._connection() as connection:
            status, reason, text = self._send(connection, method, target, body, content_type)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {"text": text.decode(errors="replace")}
        if status >= FIRST_ERROR_STATUS:
            message = answer.get("message") or answer.get("text", "")
            raise ApiError(status, answer.get("reason") or reason, message, f"{method} {target}")
        return dict(answer)

    def watch(self, path: str, *, timeout_seconds: float, **query: Any) -> Iterator[Object]:
        """Watch events, beginning with one ADDED for all that is there; ends when the server ends it.

        Raises:
            ApiError: a status of 400 or above.
            TimeoutError: nothing happened for `timeout_seconds`.
        """
        connection = self._connect(timeout_seconds)
        try:
            connection.request("GET", _with_query(path, {"watch": "true", **query}), headers=self._headers)
            response = connection.getresponse()
            if response.status >= FIRST_ERROR_STATUS:
                raise ApiError(response.status, response.reason, response.read().decode(errors="replace"), path)
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()

    def _send(
        self, connection: http.client.HTTPSConnection, method: str, target: str, body: Object | None, content_type: str
    ) -> tuple[int, str, bytes]:
        headers = self._headers if body is None else {**self._headers, "Content-Type": content_type}
        connection.request(method, target, body=None if body is None else json.dumps(body).encode(), headers=headers)
        response = connection.getresponse()
        return response.status, response.reason, response.read()

    def _connect(self, timeout: float = 60.0) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout, context=self._context)

    @contextmanager
    def _connection(self) -> Iterator[http.client.HTTPSConnection]:
        connection = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append((time.monotonic(), connection))

    def _take(self) -> http.client.HTTPSConnection:
        """The connection used last, unless it has been idle for too long."""
        with self._lock:
            since, connection = self._idle.pop() if self._idle else (0.0, None)
        if connection is None:
            return self._connect()
        if time.monotonic() - since > IDLE_SECONDS:
            connection.close()
        return connection  # http.client opens a closed one again


def _with_query(path: str, query: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
