"""Requests to one API server: bytes out, bytes in, and an error of our tree for everything else.

Of the official client only the configuration, the authentication and the connection pool are used: its typed models
cost more than ten times the time and memory on a big cluster.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Self
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse, HTTPHeaderDict, Timeout
from urllib3.exceptions import HTTPError

from activities.alerts.raised import alert
from activities.certificates import connect_without_formalities
from activities.errors import Call, Denied, IdentityMismatch, IoError, KubeconfigError, KubernetesError, Unreachable
from activities.kube.answers import describe_call, error_of_answer, error_of_failure
from activities.kube.calls import CONNECT_SECONDS, PAGE_SECONDS, READ_SECONDS, Method
from activities.kube.client import RESTClientObject
from activities.kube.kubeconfig import IN_CLUSTER, Access, read_access
from activities.kube.replies import FileGone, Link, Reply, is_worth_reading_again, lacks_file, say_end, watched

_RELOAD_SECONDS = 10.0
"""Between two looks at the kubeconfig while requests fail for it: plugins are slow."""

_LOG = logging.getLogger(__name__)


class KubeTransport:
    """One API server as one identity; safe to share between threads."""

    def __init__(self, load: Callable[[], Access], clock: Callable[[], float] = time.monotonic) -> None:
        """`load` reads the credentials again each time; `clock` counts seconds. Raises what `load` raises."""
        self._load = load
        self._clock = clock
        self._lock = Lock()
        self._agent = f"finops-enforcer/{version('finops-enforcer')}"
        self._guard: Callable[[KubeTransport], object] | None = None
        self._unusable: IdentityMismatch | KubeconfigError | None = None
        self._link = self._make_link()
        self._loaded_at = clock()
        self._told: tuple[datetime, float] | None = None
        self.namespace: str | None = None  # the only one whose objects are listed

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

    def within(self, namespace: str) -> Self:
        """The same that lists only what is in this namespace, for somebody who may see no more."""
        narrowed = copy(self)
        narrowed.namespace = namespace
        return narrowed

    def guard(self, check: "Callable[[KubeTransport], object]") -> None:
        """From now on credentials that are read again count only if `check` accepts the cluster that they lead to.

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
        accept: str = "application/json",
    ) -> Reply:
        """Send one request, once.

        Raises the KubernetesError that the answer, or its absence, stands for.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Accept": accept, "User-Agent": self._agent}
        if method == "GET":
            headers["Accept-Encoding"] = "gzip"
        if content_type is not None:
            headers["Content-Type"] = content_type
        link = self._link
        call = describe_call(method, path, link.server)
        send = partial(self._send, call, method, target, headers, body, read_seconds)
        try:
            return watched(call, send, link)
        except KubernetesError as error:
            if not is_worth_reading_again(error, link):
                raise
            if not self._reload(link):
                if self._unusable is None or not isinstance(error, Denied | Unreachable):
                    raise
                raise Unreachable(call, f"{say_end(error)}, and {self._unusable}") from error
            if not isinstance(error, Denied | Unreachable):
                raise  # it may have been acted upon
        return watched(call, send, self._link)

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
        link: Link,
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
            if lacks_file(error):
                raise FileGone(call, "a file with its certificates is gone") from None
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

    def _authorize(self, call: Call, link: Link) -> dict[str, str]:
        """The header of this moment: the client's hook refreshes a token that is about to expire."""
        if not self._lock.acquire(timeout=READ_SECONDS):
            raise Unreachable(call, "its credential plugin has not finished")
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

    def _reload(self, used: Link) -> bool:
        """Read the credentials again; whether they are others than those that failed."""
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
                    alert("identity", f"the kubeconfig was read again, and {error}")
                return False
            except IoError:
                return False
            _LOG.info("the kubeconfig was read again, and now leads to the API server at %s", self._link.server)
            return True

    def _find_link(self) -> Link:
        """A new link; with a guard, to the same cluster as before. Raises IdentityMismatch, IoError."""
        if self._guard is None:
            return self._make_link()
        candidate = KubeTransport(self._load, self._clock)
        self._guard(candidate)
        return candidate._link

    def _make_link(self) -> Link:
        access = self._load()
        try:
            return Link(access, connect_without_formalities(RESTClientObject(access.configuration).pool_manager))
        except (HTTPError, ValueError, AssertionError, ImportError):  # what urllib3 raises for a proxy it cannot use
            raise KubeconfigError(
                "",
                "the proxy of the kubeconfig (proxy-url) or the environment (HTTPS_PROXY, HTTP_PROXY) cannot be used; "
                "it has to be an address such as http://proxy.example:3128",
            ) from None
