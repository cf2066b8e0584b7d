"""What an answer of the API server means: every status and every broken connection, mapped to one error each.

By status first: bodies of 404, 429 and 504 need not be JSON, and messages are not for reading, but for the name of an
admission webhook.
"""

import re
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)

from activities.errors import (
    Call,
    CertificateRefused,
    Conflict,
    Denied,
    KubernetesError,
    ListExpired,
    NotFound,
    OutcomeUnknown,
    PlainHttp,
    Rejected,
    Throttled,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from activities.patience import read_patience

_VERBS = {"GET": "get", "PATCH": "patch", "POST": "create", "PUT": "update", "DELETE": "delete"}
_WEBHOOK = re.compile(r'admission webhook "([-a-z0-9.]{1,253})" denied the request')
_UNASKED = re.compile(r'failed calling webhook "([-a-z0-9.]{1,253})"')
_WORD = re.compile(r"[A-Za-z]{1,60}")
_FIELD = re.compile(r"[-A-Za-z0-9_.\[\]/]{1,120}")
_HANDSHAKE_REASONS = frozenset(
    {
        "CERTIFICATE_VERIFY_FAILED",
        "HTTP_REQUEST",
        "WRONG_VERSION_NUMBER",
        "UNSUPPORTED_PROTOCOL",
        "NO_PROTOCOLS_AVAILABLE",
        "SSLV3_ALERT_HANDSHAKE_FAILURE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "TLSV1_UNRECOGNIZED_NAME",
    }
)
_REFUSALS = frozenset(
    {
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "TLSV1_ALERT_ACCESS_DENIED",
        "TLSV1_ALERT_DECRYPT_ERROR",
        "TLSV1_ALERT_UNKNOWN_CA",
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    }
)
"""What a server says of a client's certificate. With TLS 1.3 that arrives in place of the answer: the request was sent,
but never read."""


_WANTS_TLS = b"HTTP request to an HTTPS server"
"""What Go's servers answer where TLS was left out."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Cause(_Lenient):
    field: str = ""


class _Details(_Lenient):
    causes: tuple[_Cause, ...] = ()


class _Status(_Lenient):
    """The parts of a `Status` object that may be used."""

    reason: str = ""
    message: str = ""
    details: _Details | None = None


def describe_call(method: str, path: str, server: str) -> Call:
    """A request in the words of an access rule, read from its path."""
    parts = [unquote(part) for part in urlsplit(path).path.split("/") if part]
    group = ""
    if parts[:1] == ["apis"]:
        group, parts = parts[1] if len(parts) > 1 else "", parts[3:]
    else:
        parts = parts[2:]
    namespace = ""
    if len(parts) > 2 and parts[0] == "namespaces":  # noqa: PLR2004 - namespaces/NAME/RESOURCE
        namespace, parts = parts[1], parts[2:]
    resource = parts[0] if parts else path
    name = parts[1] if len(parts) > 1 else ""
    if len(parts) > 2:  # noqa: PLR2004 - RESOURCE/NAME/SUBRESOURCE
        resource = f"{resource}/{parts[2]}"
    verb = "list" if method == "GET" and parts and not name else _VERBS[method]
    return Call(
        verb=verb,
        resource=resource,
        group=group,
        namespace=namespace,
        name=name,
        server=server,
        writes=method != "GET" and group != "authorization.k8s.io",
    )


def error_of_answer(call: Call, status: int, headers: Mapping[str, str], body: bytes) -> KubernetesError | None:
    """The error an answer stands for, or None for a success."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status < HTTPStatus.BAD_REQUEST:
        return UnexpectedAnswer(call, f"status {status}; is {call.server} a Kubernetes API server?", status=status)
    if status == HTTPStatus.BAD_REQUEST and call.server.startswith("http://") and _WANTS_TLS in body:
        return PlainHttp(call)
    said = _read_status(body)
    reason = said.reason if _WORD.fullmatch(said.reason) else ""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        unasked = _UNASKED.search(said.message)
        if call.writes:
            return OutcomeUnknown(call, status=status, reason=reason, webhook=unasked[1] if unasked else "")
        return Unavailable(call, status=status, reason=reason)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(call, retry_after=read_patience(headers.get("Retry-After"), otherwise=1.0), reason=reason)
    return _of_refusal(call, status, said, reason)


def error_of_failure(call: Call, failure: HTTPError | OSError) -> KubernetesError:
    """The error that a request without a whole answer stands for."""
    if isinstance(failure, LocationValueError):
        return Unreachable(call, "the address is not valid")
    if isinstance(failure, NewConnectionError):
        return Unreachable(call, _say_os_error(failure.__cause__ or failure.__context__))
    if isinstance(failure, ConnectTimeoutError):
        return Unreachable(call, "no connection in time")
    if isinstance(failure, ProxyError) and isinstance(failure.original_error, NewConnectionError | ConnectTimeoutError):
        return Unreachable(call, "the proxy cannot be reached")
    cause = _tls_error(failure)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CertificateRefused(call, f"its certificate is not accepted ({cause.verify_message})")
    if cause is not None and cause.reason in _REFUSALS:
        return CertificateRefused(call, f"it does not accept our certificate ({_say(cause)})")
    if cause is not None and cause.reason in _HANDSHAKE_REASONS:
        return Unreachable(call, f"no TLS connection with it ({_say(cause)})")
    reason = "no answer came in time" if isinstance(failure, ReadTimeoutError) else "the connection broke"
    return OutcomeUnknown(call, reason=reason) if call.writes else Unavailable(call, reason=reason)


def _of_refusal(call: Call, status: int, said: _Status, reason: str) -> KubernetesError:
    """A 4xx: what is there has changed or gone, somebody forbids it, or the request is wrong.

    A 422 is the uid precondition, a field of ours or, where it names no field, an admission policy.
    """
    fields = _fields(said)
    webhook = _WEBHOOK.search(said.message)
    if webhook is not None:
        return Denied(call, status=status, reason=reason, webhook=webhook[1])
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Denied(call, status=status, reason=reason)
        case HTTPStatus.NOT_FOUND:
            return NotFound(call, reason=reason)
        case HTTPStatus.GONE:
            return ListExpired(call, reason=reason)
        case HTTPStatus.CONFLICT:
            return Conflict(call, reason=reason)
        case HTTPStatus.UNPROCESSABLE_ENTITY if "metadata.uid" in fields:
            return Conflict(call, status=status, reason=reason)
        case HTTPStatus.UNPROCESSABLE_ENTITY if not fields:
            return Denied(call, status=status, reason=reason)
    return Rejected(call, status=status, reason=reason, fields=fields)


def _fields(said: _Status) -> tuple[str, ...]:
    causes = said.details.causes if said.details else ()
    return tuple(dict.fromkeys(cause.field for cause in causes if _FIELD.fullmatch(cause.field)))


def _read_status(body: bytes) -> _Status:
    try:
        return _Status.model_validate_json(body)
    except ValidationError:
        return _Status()


def _tls_error(failure: Exception) -> ssl.SSLError | None:
    """What TLS itself said, however deep urllib3 has wrapped it."""
    causes = (failure, *failure.args, failure.__cause__, failure.__context__)
    return next((each for each in causes if isinstance(each, ssl.SSLError)), None)


def _say(error: ssl.SSLError) -> str:
    return str(error.reason).replace("_", " ").lower()


def _say_os_error(error: BaseException | None) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "no connection"
