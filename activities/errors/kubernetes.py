"""Errors of a request to the API server.

Of its answer only the status, the reason and the names of fields are kept: its message can quote the whole object,
annotations and all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from activities.errors.base import IoError
from policies.rights.rights import IN_NAMESPACES


@dataclass(frozen=True)
class Call:
    """A request as the access rules of Kubernetes name it: verb, resource with its subresource, and the object."""

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    name: str = ""
    server: str = ""
    writes: bool = False

    @property
    def grant(self) -> str:
        """What a role has to allow: `patch deployments/scale.apps`."""
        return f"{self.verb} {self.resource}" + (f".{self.group}" if self.group else "")

    def __str__(self) -> str:
        item = "/".join(part for part in (self.namespace, self.name) if part)
        return f"{self.verb} {self.resource} {item}".rstrip()


class KubernetesError(IoError):
    """A request that did not succeed: which one, the HTTP status (0: none came) and the server's reason."""

    webhook: str = ""
    """The admission webhook that stood in its way, where the server says so."""

    def __init__(self, call: Call, sentence: str, *, status: int = 0, reason: str = "") -> None:
        self.call = call
        self.status = int(status)
        self.reason = reason
        super().__init__(sentence)

    @property
    def verb(self) -> str:
        """get, list, patch or create."""
        return self.call.verb

    @property
    def resource(self) -> str:
        """The plural, with its subresource: `deployments/scale`."""
        return self.call.resource


class Unreachable(KubernetesError):
    """Refused, no such host, no TLS, no time to connect: in every case the request was not sent."""

    def __init__(self, call: Call, reason: str) -> None:
        super().__init__(
            call,
            f"the API server at {call.server} cannot be reached: {reason}; check the address in the kubeconfig, the "
            "network and that the cluster runs",
            reason=reason,
        )


class CertificateRefused(Unreachable):
    """No TLS, because one side does not accept the other's certificate: one of them was replaced, or has ended."""

    def __init__(self, call: Call, reason: str) -> None:
        sentence = (
            f"no trusted connection with the API server at {call.server}: {reason}; check the CA and the client "
            "certificate in the kubeconfig, and that the address is this cluster's"
        )
        KubernetesError.__init__(self, call, sentence, reason=reason)


class PlainHttp(Unreachable):
    """A server that speaks TLS was asked without: it has read nothing of the request."""

    def __init__(self, call: Call) -> None:
        super().__init__(call, "it speaks TLS, and the address in the kubeconfig has to begin with https://")


class OutcomeUnknown(KubernetesError):
    """A write whose answer never came, or that got a 5xx: it may have landed and may still land.

    `webhook` is the admission webhook that the API server could not ask, where it says so.
    """

    def __init__(self, call: Call, *, status: int = 0, reason: str, webhook: str = "") -> None:
        self.webhook = webhook
        got = f"was answered {status} {reason}".rstrip() if status else reason
        sentence = f"{call}: {got}; whether it landed is unknown"
        if webhook:
            sentence = (
                f"{call}: the API server cannot ask admission webhook {webhook} ({status}), and so refuses it; bring "
                "back what serves that webhook, or let its failurePolicy be Ignore"
            )
        super().__init__(call, sentence, status=status, reason=reason)


class Unavailable(KubernetesError):
    """A read that got a 5xx, timed out or broke off."""

    def __init__(self, call: Call, *, status: int = 0, reason: str) -> None:
        got = f"was answered {status} {reason}".rstrip() if status else reason
        super().__init__(call, f"{call}: {got}; the API server is in trouble", status=status, reason=reason)


class Throttled(KubernetesError):
    """The server has too much to do; `retry_after` is how many seconds it asks to be left alone."""

    def __init__(self, call: Call, *, retry_after: float, reason: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(
            call,
            f"{call}: the API server has too much to do and asks for {retry_after:g} s of patience",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            reason=reason,
        )


class Conflict(KubernetesError):
    """The resourceVersion or the uid is not the object's any more; nothing was written."""

    def __init__(self, call: Call, *, status: int = HTTPStatus.CONFLICT, reason: str = "") -> None:
        super().__init__(call, f"{call}: the object has changed meanwhile", status=status, reason=reason)


class NotFound(KubernetesError):
    """No such object, or no such resource on this server."""

    def __init__(self, call: Call, *, reason: str = "") -> None:
        super().__init__(call, f"{call}: not found", status=HTTPStatus.NOT_FOUND, reason=reason)


class ListExpired(KubernetesError):
    """The page token is too old."""

    def __init__(self, call: Call, *, reason: str = "") -> None:
        super().__init__(
            call, f"{call}: the listing took too long and has to start again", status=HTTPStatus.GONE, reason=reason
        )


class Denied(KubernetesError):
    """The credentials are not taken, a right is missing, or an admission policy refuses.

    `webhook` is the admission webhook that said no, where it can be told.
    """

    def __init__(self, call: Call, *, status: int, reason: str = "", webhook: str = "") -> None:
        self.webhook = webhook
        where = f" in namespace {call.namespace}" if call.namespace else ""
        if status == HTTPStatus.UNAUTHORIZED:
            sentence = f"{call}: the API server at {call.server} does not take the credentials (401); log in again"
        elif webhook:
            sentence = f"{call}: admission webhook {webhook} refuses it ({status}); exempt finops-enforcer there"
        elif status == HTTPStatus.FORBIDDEN:
            missing = f"{call}: refused (403); the right to {call.grant}{where} is missing"
            if call.writes:  # admission is not asked about reads
                sentence = f"{missing}, or an admission policy forbids it"
            elif call.verb == "list" and not call.namespace and call.resource in IN_NAMESPACES:
                sentence = f"{missing}: have it granted, or ask about one namespace where you have it (-n NAMESPACE)"
            else:
                sentence = f"{missing}: have it granted"
        else:
            sentence = f"{call}: an admission policy refuses it ({status}); exempt finops-enforcer there"
        super().__init__(call, sentence, status=status, reason=reason)

    @property
    def is_forbidden(self) -> bool:
        """Whether it is known who asks, and they may not: mostly a right that is missing."""
        return self.status == HTTPStatus.FORBIDDEN


class Rejected(KubernetesError):
    """The server cannot take such a request, and has written nothing; `fields` names what it does not like."""

    def __init__(self, call: Call, *, status: int, reason: str = "", fields: Sequence[str] = ()) -> None:
        self.fields = tuple(fields)
        about = f" about {', '.join(self.fields)}" if self.fields else ""
        super().__init__(
            call,
            f"{call}: the API server answered {status} {reason}{about}; if the object itself is sound, report this as "
            "a fault of finops-enforcer",
            status=status,
            reason=reason,
        )


class UnexpectedAnswer(KubernetesError):
    """An answer that is not what such a request is answered with; `problem` says how."""

    def __init__(self, call: Call, problem: str, *, status: int = HTTPStatus.OK) -> None:
        self.problem = problem
        super().__init__(call, f"{call}: the answer is not the one expected: {problem}", status=status)


class CountChanged(UnexpectedAnswer):
    """A scale that admission has changed on its way: `count` is what it came to."""

    def __init__(self, call: Call, count: int, asked: int) -> None:
        self.count = count
        super().__init__(
            call, f"a count of {count} and not the {asked} asked for; an admission webhook or policy changes it"
        )
