"""Errors of queries to Prometheus."""

from http import HTTPStatus

from activities.errors.base import IoError


class PrometheusError(IoError):
    """A query that gave nothing to rely on; `url` is the server's address, without a password that may be in it."""

    def __init__(self, url: str, sentence: str) -> None:
        self.url = url
        super().__init__(sentence)


class PrometheusUnreachable(PrometheusError):
    """No answer, or not in time."""

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
        "it redirects elsewhere, as a login page does; check the address",
    ),
}
"""By status, where its text says no more."""


class PrometheusAnswerInvalid(PrometheusError):
    """A success that breaks a rule. `rule` names it."""

    def __init__(self, url: str, rule: str, detail: str) -> None:
        self.rule = rule
        self.detail = detail
        super().__init__(url, f"the answer of Prometheus at {url} cannot be believed ({rule}): {detail}")
