"""Clients of the HTTP servers that settings name: cost sources, Prometheus, webhooks.

CA and proxy are looked at when a request is made, and again when the CA was replaced. What is wrong with them concerns
only those who ask that server.
"""

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import httpx

from activities.addresses import is_local
from activities.certificates import without_formalities
from activities.errors import CaFileError, ProxyInvalid
from activities.file_states import FileState
from activities.kube.client import should_bypass_proxies

CONNECT_SECONDS = 3.0
"""Seconds for the connection, where a person waits."""


def open_client(
    url: str,
    *,
    auth: httpx.Auth | None = None,
    ca_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> httpx.Client:
    """A client of the server at this address. Nothing is read or sent yet.

    Its requests raise ClientError where CA or proxy cannot be used, beside httpx's own errors.
    """
    given = os.environ if environment is None else environment
    return httpx.Client(base_url=url, auth=auth, transport=_Way(url, ca_file, given), trust_env=False)


def limit_wait(seconds: float, *, asks_once: bool) -> httpx.Timeout:
    """The time-outs of one request. Where it is sent once, a person waits: a server that accepts no connection by then
    counts as down.
    """
    return httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS) if asks_once else seconds)


def say_failure(error: httpx.HTTPError | httpx.InvalidURL) -> str:
    """Why no answer came, in words: what lies below the class of httpx says more."""
    below = list(_causes(error))
    for cause in below:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS connection with it ({str(cause.reason).replace('_', ' ').lower()})"
        if isinstance(cause, socket.gaierror):
            return "no such host"
        if isinstance(cause, ConnectionRefusedError):
            return "it refuses the connection: nothing listens there"
    if isinstance(error, httpx.TimeoutException):
        return "it accepted no connection" if isinstance(error, httpx.ConnectTimeout) else "nothing came in time"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refuses the connection"
    if isinstance(error, httpx.ConnectError):
        said = (str(each.strerror).lower() for each in below if isinstance(each, OSError) and each.strerror)
        return next(said, "no connection with it")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return "the connection broke, or it does not speak HTTP"
    return "the request could not be sent"


def find_proxy(url: str, environment: Mapping[str, str]) -> str:
    """The proxy that `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` choose for this address; empty for none.

    `no_proxy` takes what is usual: names, parts of names, addresses and networks. Any other entry matches nothing.
    """
    if is_local(url):
        return ""
    excepted = _variable("no_proxy", environment)
    if excepted and should_bypass_proxies(url, excepted):
        return ""
    for name in (f"{urlsplit(url).scheme}_proxy", "all_proxy"):
        proxy = _variable(name, environment)
        if proxy:
            return proxy if "://" in proxy else f"http://{proxy}"
    return ""


class _Way(httpx.BaseTransport):
    """The connections to one server, made when they are first needed, and again when the CA is replaced."""

    def __init__(self, url: str, ca_file: Path | None, environment: Mapping[str, str]) -> None:
        self._url = url
        self._environment = environment
        named = environment.get("SSL_CERT_FILE")
        self._ca_file = ca_file or (Path(named) if named and not is_local(url) else None)
        self._lock = Lock()
        self._made: httpx.HTTPTransport | None = None
        self._ca: FileState | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises ClientError, httpx.TransportError."""
        return self._open().handle_request(request)

    def close(self) -> None:
        """Close what is open."""
        if self._made is not None:
            self._made.close()

    def _open(self) -> httpx.HTTPTransport:
        with self._lock:
            if self._made is None or (self._ca is not None and self._ca.has_changed):
                ca = None if self._ca_file is None else FileState.of(self._ca_file)
                made = self._make()
                self.close()
                self._made, self._ca = made, ca
            return self._made

    def _make(self) -> httpx.HTTPTransport:
        verify, proxy = self._trust(), find_proxy(self._url, self._environment)
        try:
            return httpx.HTTPTransport(verify=verify, proxy=proxy or None, trust_env=False)
        except (httpx.InvalidURL, ValueError, ImportError):
            raise ProxyInvalid from None

    def _trust(self) -> ssl.SSLContext:
        folder = self._environment.get("SSL_CERT_DIR")
        if self._ca_file is None and folder and not is_local(self._url):
            return without_formalities(ssl.create_default_context(capath=folder))
        if self._ca_file is None:
            return without_formalities(httpx.create_ssl_context(trust_env=False))
        try:
            return without_formalities(ssl.create_default_context(cafile=self._ca_file))
        except (OSError, ssl.SSLError) as error:
            raise CaFileError(self._ca_file, error.strerror or type(error).__name__) from None


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _variable(name: str, environment: Mapping[str, str]) -> str:
    """The value of a variable; its lower-case name wins over the upper-case one, as everywhere."""
    return environment.get(name) or environment.get(name.upper()) or ""
