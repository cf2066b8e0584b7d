"""An answer of the API server, and where it was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from urllib3 import PoolManager

from activities.errors import (
    Call,
    CertificateRefused,
    Denied,
    KubernetesError,
    Unreachable,
)
from activities.kube.kubeconfig import Access
from activities.metrics import measuring_kubernetes
from activities.tracing import span


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
class Link:
    """Credentials and the connections made with them."""

    access: Access
    pool: PoolManager

    @property
    def server(self) -> str:
        """The address of the API server."""
        return str(self.access.configuration.host)


class FileGone(Unreachable):
    """A certificate that was there when the kubeconfig was read."""


def is_worth_reading_again(error: KubernetesError, link: Link) -> bool:
    """Whether the credentials may be to blame. Tokens expire, certificates and CAs are replaced, cleaners of temporary
    files remove those that the client wrote from a kubeconfig; and a server that does not answer may have moved.
    """
    if isinstance(error, Denied):
        return error.status == HTTPStatus.UNAUTHORIZED
    if isinstance(error, FileGone | CertificateRefused):
        return True
    return error.status == 0 and any(file.has_changed for file in link.access.files)


def say_end(error: KubernetesError) -> str:
    """What a person reads of an answer that ended a use of credentials."""
    return "its credentials have ended" if isinstance(error, Denied) else error.reason


def watched(call: Call, send: "Callable[[Link], Reply]", link: Link) -> Reply:
    """Send it, measured and traced."""
    about = {"k8s.resource": call.resource, "k8s.namespace.name": call.namespace, "k8s.object.name": call.name}
    with measuring_kubernetes(call.verb), span(f"{call.verb} {call.resource}", about):
        return send(link)


def lacks_file(error: Exception) -> bool:
    """Whether it failed because a file is not there, however deep that stands."""
    return any(isinstance(cause, FileNotFoundError) for cause in (error, *error.args, error.__cause__))
