"""Requests to one API server: bytes out, bytes in, and an error of our tree for everything else.

Of the official client only the configuration, the authentication and the connection pool are used: its typed models
cost more than ten times the time and memory on a big cluster.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Literal, Self
from urllib.parse import quote, urlencode

from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from activities.alerts.raised import alert
from activities.certificates import connect_without_formalities
from activities.errors import (
    Call,
    CertificateRefused,
    Denied,
    IdentityMismatch,
    IoError,
    KubeconfigError,
    KubernetesError,
    Unreachable,
)
from activities.kube.answers import describe_call, error_of_answer, error_of_failure
from activities.kube.client import RESTClientObject
from activities.kube.kubeconfig import IN_CLUSTER, Access, read_access
from activities.metrics import measuring_kubernetes
from activities.tracing import span
from policies.names import FIELD_MANAGER

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
"""Below an activity's own limit, so that a write of unknown outcome is told as such."""
QUICK_SECONDS = 4.0
"""For what is asked besides, where the answer is small: before or after it comes the request that matters."""
CHECK_SECONDS = 1.5
"""For a look whether somebody is there."""
PAGE_SECONDS = 30.0
"""For a page of a listing: some megabytes."""

MERGE_PATCH = "application/merge-patch+json"
WRITE_QUERY: Mapping[str, str] = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
"""Of every write: in our name, and no misspelt field is dropped in silence."""

_RELOAD_SECONDS = 10.0
"""Between two looks at the kubeconfig while requests fail for it: plugins are slow."""

_LOG = logging.getLogger(__name__)

Method = Literal["GET", "PATCH", "POST", "DELETE"]
"""DELETE is for `finops delete` of a policy in the cluster, by whoever calls it: a worker has no right to delete."""


@dataclass(frozen=True)
class Reply:
    """A successful answer, and what it answers."""

    call: Call
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def server_time(self) -> datetime | None:
        """The server's clock, to the second, where it tells."""
        try:
            told = parsedate_to_datetime(self.headers["Date"])
        except (KeyError, ValueError):
            return None
        return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Link:
    """Credentials and the connections made with them."""

    access: Access
    pool: PoolManager

    @property
    def server(self) -> str:
        """The address of the API server."""
        return str(self.access.configuration.host)


class _FileGone(Unreachable):
    """A certificate that was there when the kubeconfig was read."""


class KubeTransport:
    """One API server as one identity; safe to share between threads."""

    def __init__(self, load: Callable[[], Access], clock: Callable[[], float] = time.monotonic) -> None:
        """`load` reads the credentials anew each time; `clock` counts seconds. Raises what `load` raises."""
        self._load = load
        self._clock = clock
        self._lock = Lock()
        self._agent = f"finops-enforcer/{version('finops-enforcer')}"
        self._guard: Callable[[KubeTransport], object] | None = None
        self._unusable: IdentityMismatch | KubeconfigError | None = None
        self._link = self._make_link()
        self._loaded_at = clock()
        self._told: tuple[datetime, float] | None = None

    @classmethod
    def connect(
        cls,
        kubeconfig: Path | None = None,
        context: str | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Read the kubeconfig (else KUBECONFIG, `~/.kube/config`, the pod's service account). Nothing is sent.

        Whenever it is read again, the context is the one of the first time: somebody may have changed the current one.

        Raises KubeconfigError.
        """
        given = os.environ if environment is None else environment
        chosen = context

        def load() -> Access:
            nonlocal chosen
            access = read_access(kubeconfig, chosen, given)
            chosen = None if access.context == IN_CLUSTER else access.context
            return access

        return cls(load, clock)

    def guard(self, check: "Callable[[KubeTransport], object]") -> None:
        """From now on credentials that are read anew count only if `check` takes the cluster that they lead to.

        It is given a transport with the new ones, and raises IdentityMismatch where it does not.
        """
        self._guard = check

    @property
    def context_name(self) -> str:
        """The context of the kubeconfig, or `in-cluster`."""
        return self._link.access.context

    @property
    def server(self) -> str:
        """The address of the API server."""
        return self._link.server

    @property
    def authority(self) -> bytes:
        """The CA bundle the server must be signed by, as PEM; empty where the system's CAs are used."""
        return self._link.access.authority

    def server_now(self) -> datetime | None:
        """The server's clock at this moment, counted on from its latest answer; None before one that told it."""
        told = self._told
        return None if told is None else told[0] + timedelta(seconds=self._clock() - told[1])

    def request(
        self,
        method: Method,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> Reply:
        """Send one request, once.

        Raises the KubernetesError that the answer, or its absence, stands for.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Accept": "application/json", "User-Agent": self._agent}
        if method == "GET":
            headers["Accept-Encoding"] = "gzip"
        if content_type is not None:
            headers["Content-Type"] = content_type
        link = self._link
        call = describe_call(method, path, link.server)
        send = partial(self._send, call, method, target, headers, body, read_seconds)
        try:
            return _watched(call, send, link)
        except KubernetesError as error:
            if not _is_worth_reading_again(error, link):
                raise
            if not self._reload(link):
                if self._unusable is None or not isinstance(error, Denied | Unreachable):
                    raise
                raise Unreachable(call, f"{_say_end(error)}, and {self._unusable}") from error
            if not isinstance(error, Denied | Unreachable):
                raise  # it may have been acted upon
        return _watched(call, send, self._link)

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._link.pool.clear()

    def _send(
        self,
        call: Call,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        read_seconds: float,
        link: _Link,
    ) -> Reply:
        authorized, asked_at = HTTPHeaderDict({**headers, **self._authorize(call, link)}), self._clock()
        for name, value in link.access.impersonating:
            authorized.add(name, value)
        try:
            response: BaseHTTPResponse = link.pool.request(
                method,
                f"{link.server}{target}",
                body=body,
                headers=authorized,
                timeout=Timeout(connect=CONNECT_SECONDS, read=read_seconds),
                retries=False,
                redirect=False,
            )
        except (HTTPError, OSError) as error:
            if _lacks_file(error):
                raise _FileGone(call, "a file with its certificates is gone") from None
            raise error_of_failure(call, error) from None
        failure = error_of_answer(call, response.status, response.headers, response.data)
        if failure is not None:
            raise failure
        reply = Reply(call, response.status, response.headers, response.data)
        answered_at = self._clock()
        # What took longer than any time-out was answered before this process stood still: the date is an old one.
        if reply.server_time is not None and answered_at - asked_at <= PAGE_SECONDS:
            self._told = (reply.server_time, answered_at)
        return reply

    def _authorize(self, call: Call, link: _Link) -> dict[str, str]:
        """The header of this moment: the client's hook refreshes a token that is about to expire."""
        if not self._lock.acquire(timeout=READ_SECONDS):
            raise Unreachable(call, "its credential plugin has not come to its end")
        try:
            token = link.access.configuration.get_api_key_with_prefix("BearerToken")
        except Exception as error:  # the hook runs plugins and reads files: anything may come out of it
            raise Unreachable(call, f"its credentials cannot be refreshed ({type(error).__name__})") from error
        finally:
            self._lock.release()
        if not token:
            return {}
        if not (token.strip().isascii() and token.strip().isprintable()):
            # Said without the token: what HTTP itself would say quotes it.
            raise Unreachable(call, "its token holds characters that no header can carry")
        return {"Authorization": token.strip()}

    def _reload(self, used: _Link) -> bool:
        """Read the credentials anew; whether there are other ones than those that failed."""
        with self._lock:
            if self._link is not used:
                return True
            if self._clock() - self._loaded_at < _RELOAD_SECONDS:
                return False
            self._loaded_at = self._clock()
            before, self._unusable = self._unusable, None
            try:
                self._link = self._find_link()
            except (IdentityMismatch, KubeconfigError) as error:
                self._unusable = error
                if isinstance(error, IdentityMismatch) and str(error) != str(before):
                    alert("identity", f"the kubeconfig was read anew, and {error}")
                return False
            except IoError:
                return False
            _LOG.info("the kubeconfig was read anew, and the API server at %s is reached by it", self._link.server)
            return True

    def _find_link(self) -> _Link:
        """A new link, to the same cluster as before where anybody minds. Raises IdentityMismatch, IoError."""
        if self._guard is None:
            return self._make_link()
        candidate = KubeTransport(self._load, self._clock)
        self._guard(candidate)
        return candidate._link

    def _make_link(self) -> _Link:
        access = self._load()
        try:
            return _Link(access, connect_without_formalities(RESTClientObject(access.configuration).pool_manager))
        except (HTTPError, ValueError, AssertionError, ImportError):  # what urllib3 raises for a proxy it cannot use
            raise KubeconfigError(
                "",
                "the proxy of the kubeconfig (proxy-url) or the environment (HTTPS_PROXY, HTTP_PROXY) cannot be used; "
                "it has to be an address such as http://proxy.example:3128",
            ) from None


def _is_worth_reading_again(error: KubernetesError, link: _Link) -> bool:
    """Whether the credentials may be to blame. Tokens expire, certificates and CAs are replaced, cleaners of temporary
    files remove those that the client wrote from a kubeconfig; and a server that does not answer may have moved.
    """
    if isinstance(error, Denied):
        return error.status == HTTPStatus.UNAUTHORIZED
    if isinstance(error, _FileGone | CertificateRefused):
        return True
    return error.status == 0 and any(file.has_changed for file in link.access.files)


def _say_end(error: KubernetesError) -> str:
    return "its credentials have ended" if isinstance(error, Denied) else error.reason


def _watched(call: Call, send: "Callable[[_Link], Reply]", link: _Link) -> Reply:
    """Send it, measured and traced."""
    about = {"k8s.resource": call.resource, "k8s.namespace.name": call.namespace, "k8s.object.name": call.name}
    with measuring_kubernetes(call.verb), span(f"{call.verb} {call.resource}", about):
        return send(link)


def path_of(base: str, *parts: str) -> str:
    """A path under `base`, with each part quoted."""
    return "/".join((base, *(quote(part, safe="") for part in parts)))


def _lacks_file(error: Exception) -> bool:
    return any(isinstance(cause, FileNotFoundError) for cause in (error, *error.args, error.__cause__))
