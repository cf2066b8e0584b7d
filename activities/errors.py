"""Errors of everything that reads or writes outside the process.

IoError
├── KubeconfigError              no kubeconfig, a broken one, or no such context
├── IdentityMismatch             the kubeconfig leads to another cluster than before
├── UnconditionalWrite           a write without a usable resourceVersion was asked for; nothing was sent
├── KubernetesError              a request to the API server
│   ├── Unreachable              nobody there: the request was never sent
│   │   └── CertificateRefused   the server's certificate, or ours, is not accepted
│   ├── OutcomeUnknown           a write that may have landed, or may still land
│   ├── Unavailable              a read without an answer
│   ├── Throttled                429: the server asks for patience
│   ├── Conflict                 the object has changed, or is another one of the same name
│   ├── NotFound                 404
│   ├── ListExpired              410: a listing has to start again from its first page
│   ├── Denied                   credentials, a right, or an admission policy
│   ├── Rejected                 a request no server can take: a fault of ours
│   └── UnexpectedAnswer         a success that does not hold what was asked for
│       └── CountChanged         another count than was asked for
├── PriceFileError               a price list that cannot be used
├── CostSourceError              a cost source
│   ├── CostSourceUnreachable    no answer, or none in time
│   ├── CostSourceRefused        an answer with an error status
│   └── CostAnswerInvalid        an answer that breaks a rule, so that nothing in it is believed
├── ClientError                  a server that cannot even be asked
│   ├── CaFileError              a CA that its certificate shall be checked by, and cannot be read
│   └── ProxyInvalid             a proxy of the environment that is none
├── NotificationError            a message to people that was not delivered
└── PrometheusError              a query to Prometheus
    ├── PrometheusUnreachable    no answer, or none in time
    ├── PrometheusRefused        an answer with an error status
    └── PrometheusAnswerInvalid  an answer that breaks a rule, so that nothing in it is believed

Of an API server's error only the status, the reason and the names of fields are kept: its message can quote the whole
object, annotations and all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from policies.costs.doubts import Doubt, Objection
from policies.problems import nearest_name


class IoError(Exception):
    """The base of this room's errors; `str()` is a sentence for a person."""


class KubeconfigError(IoError):
    """The way to the cluster cannot be read; `file` is what was looked at."""

    def __init__(self, file: Path | str, problem: str) -> None:
        self.file = str(file)
        self.problem = problem
        super().__init__(f"{self.file}: {problem}" if self.file else problem)

    @classmethod
    def missing(cls, file: Path | str) -> "KubeconfigError":
        """No such file."""
        return cls(
            file,
            "there is no such kubeconfig; name one with --kubeconfig or KUBECONFIG, or ask the cluster's owner for one",
        )

    @classmethod
    def unknown_context(cls, file: Path | str, context: str, known: Sequence[str]) -> "KubeconfigError":
        """The file has no such context."""
        near = nearest_name(context, known)
        there_are = f"there are {', '.join(sorted(known))}" if known else "it has none at all"
        hint = f'did you mean "{near}"?' if near else there_are
        return cls(file, f'has no context "{context}"; {hint}')


class IdentityMismatch(IoError):
    """The cluster that answers is not the one this installation belongs to."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"this is another cluster ({found}) than the one this installation belongs to ({expected}); point "
            "--kubeconfig or --context back to that one, or give this one a name of its own with FINOPS_CLUSTER"
        )


class UnconditionalWrite(IoError, ValueError):
    """A write under `""`, `"0"` or another text that is no version: the API server would not compare anything."""

    def __init__(self, resource_version: str) -> None:
        self.resource_version = resource_version[:40]
        super().__init__(f"{self.resource_version!r} is not a resourceVersion to write under; nothing was sent")


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
    """Refused, no such host, no TLS, no time to connect: whatever it was, it did not happen."""

    def __init__(self, call: Call, reason: str) -> None:
        super().__init__(
            call,
            f"the API server at {call.server} cannot be reached: {reason}; check the address in the kubeconfig, the "
            "network and that the cluster runs",
            reason=reason,
        )


class CertificateRefused(Unreachable):
    """No TLS, because one side does not accept the other's certificate: one of them was replaced, or has ended."""


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
        super().__init__(call, f"{call}: there is none", status=HTTPStatus.NOT_FOUND, reason=reason)


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
            sentence = (
                f"{call}: refused (403); the right to {call.grant}{where} is missing, or an admission policy forbids it"
            )
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
            call, f"{count} replicas, not the {asked} asked for; an admission webhook or policy changes it"
        )


class PriceFileError(IoError):
    """A price list that cannot be used; `problems` has a sentence with file, line and field for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class CostSourceError(IoError):
    """A cost source that gives no prices.

    `source` is its name, `transient` whether asking again soon may help, `retry_after` how many seconds it asks to be
    left alone, and `doubt` the code of what this means for a Deployment's cost.
    """

    doubt = Doubt.NO_ANSWER
    transient = False
    retry_after = 0.0

    def __init__(self, source: str, sentence: str) -> None:
        self.source = source
        super().__init__(sentence)


class CostSourceUnreachable(CostSourceError):
    """Nobody answers, or not in time."""

    transient = True

    def __init__(self, source: str, url: str, reason: str) -> None:
        self.url = url
        super().__init__(source, f"{source} at {url} gives no answer: {reason}; check the address and the network")


class CostSourceRefused(CostSourceError):
    """An error status. Its text is left out: it is long, and names what is inside the cluster."""

    def __init__(
        self, source: str, url: str, status: int, *, transient: bool = False, retry_after: float = 0.0
    ) -> None:
        self.url = url
        self.status = status
        self.transient = transient
        self.retry_after = retry_after
        patience = f" and asks for {retry_after:g} s of patience" if retry_after else ""
        super().__init__(source, f"{source} at {url} answered {status}{patience}; its log says why")


class CostAnswerInvalid(CostSourceError):
    """A success that breaks a rule, so that nothing in it is believed."""

    def __init__(self, source: str, objection: Objection) -> None:
        self.doubt = objection.doubt
        self.detail = objection.sentence
        super().__init__(source, f"the answer of {source} cannot be believed ({objection})")


class ClientError(IoError):
    """The base of what keeps a request from being made."""


class ProxyInvalid(ClientError):
    """A proxy that cannot be used. Its address may hold a password, and is not told."""

    def __init__(self) -> None:
        super().__init__(
            "the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: it has to be an address such as "
            "http://proxy.example:3128; or except the server in NO_PROXY"
        )


class CaFileError(ClientError):
    """A CA bundle that is missing, or none; `file` is where it was looked for."""

    def __init__(self, file: Path, problem: str) -> None:
        self.file = file
        self.problem = problem
        super().__init__(f"{file}: cannot be used as a CA bundle: {problem}")


class NotificationError(IoError):
    """A message to people that was not delivered. Never holds the address: that is a secret."""

    def __init__(self, to: str, problem: str, *, is_worth_another: bool = False) -> None:
        self.to = to
        self.problem = problem
        self.is_worth_another = is_worth_another
        super().__init__(f"{to}: {problem}")


class PrometheusError(IoError):
    """A query that gave nothing to rely on; `url` is the server's address, without a password that may be in it."""

    def __init__(self, url: str, sentence: str) -> None:
        self.url = url
        super().__init__(sentence)


class PrometheusUnreachable(PrometheusError):
    """Nobody answers, or not in time."""

    def __init__(self, url: str, reason: str) -> None:
        self.reason = reason
        super().__init__(url, f"Prometheus at {url} gives no answer: {reason}; check the address and the network")


class PrometheusRefused(PrometheusError):
    """An error status; `kind` is the error type Prometheus names, such as `execution`.

    `limit` is the limit of the server that the query passes, where it names one; `wants_tenant` says that the server
    has several tenants and was not told which.
    """

    def __init__(self, url: str, status: int, kind: str = "", *, limit: str = "", wants_tenant: bool = False) -> None:
        self.status = status
        self.kind = kind
        self.limit = limit
        self.wants_tenant = wants_tenant
        told = f" ({kind})" if kind else ""
        super().__init__(url, f"Prometheus at {url} answered {status}{told}; {self._remedy()}")

    def _remedy(self) -> str:
        if self.wants_tenant:
            return "it asks for a tenant: put X-Scope-OrgID: NAME into a file, for FINOPS_PROMETHEUS_HEADERS_FILE"
        if self.limit:
            return f"the query passes a limit of the server ({self.limit}); narrow the policy's scope, or raise it"
        return _PROMETHEUS_REMEDIES.get(self.status, "its log says why")


_PROMETHEUS_REMEDIES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "check FINOPS_PROMETHEUS_MATCHERS, and the path of the address",
    HTTPStatus.UNAUTHORIZED: "it does not take the credentials; see FINOPS_PROMETHEUS_TOKEN_FILE and its siblings",
    HTTPStatus.FORBIDDEN: "it does not take the credentials; see FINOPS_PROMETHEUS_TOKEN_FILE and its siblings",
    HTTPStatus.NOT_FOUND: "check the path of the address: Mimir's ends in /prometheus, a VictoriaMetrics cluster's in "
    "/select/0/prometheus",
    HTTPStatus.REQUEST_URI_TOO_LONG: "the query is too long for it; name fewer namespaces in the policy's scope",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "the query is too long for it; name fewer namespaces in the policy's "
    "scope",
    HTTPStatus.UNPROCESSABLE_ENTITY: "it cannot carry the query out; its log says why",
    **dict.fromkeys(
        (HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.TEMPORARY_REDIRECT),
        "it sends elsewhere, as a page to log in does; check the address",
    ),
}
"""By status, where its text says no more."""


class PrometheusAnswerInvalid(PrometheusError):
    """A success that breaks a rule. `rule` names it."""

    def __init__(self, url: str, rule: str, detail: str) -> None:
        self.rule = rule
        self.detail = detail
        super().__init__(url, f"the answer of Prometheus at {url} cannot be believed ({rule}): {detail}")
