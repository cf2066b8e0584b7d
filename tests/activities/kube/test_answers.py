import json
from collections.abc import Callable
from typing import Any

import pytest
from httpanswers import Answer, AnsweringServer

from activities import errors
from activities.errors import KubernetesError
from activities.kube.answers import describe_call
from activities.kube.transport import KubeTransport

Connect = Callable[..., KubeTransport]
PATH = "/apis/apps/v1/namespaces/shop/deployments/web"


def said(status: int, reason: str = "", message: str = "", *fields: str, **headers: str) -> Answer:
    causes: list[dict[str, Any]] = [{"message": "m", **({"field": field} if field else {})} for field in fields]
    body = {"kind": "Status", "reason": reason, "message": message, "details": {"causes": causes}}
    return Answer(status, json.dumps(body).encode(), headers)


def failure_of(connect: Connect, answer: Answer, method: Any, path: str = PATH) -> KubernetesError:
    with AnsweringServer(answer) as server:
        transport = connect(server.url)
        with pytest.raises(KubernetesError) as caught:
            transport.request(method, path, body=b"{}" if method == "PATCH" else None, read_seconds=0.2)
        transport.close()
    return caught.value


@pytest.mark.parametrize(
    ("answer", "of_a_read", "of_a_write"),
    [
        pytest.param(said(401, "Unauthorized"), errors.Denied, errors.Denied, id="401"),
        pytest.param(said(403, "Forbidden"), errors.Denied, errors.Denied, id="403"),
        pytest.param(said(404, "NotFound"), errors.NotFound, errors.NotFound, id="404"),
        pytest.param(Answer(404, b"404 page not found\n"), errors.NotFound, errors.NotFound, id="404 of no group"),
        pytest.param(said(409, "Conflict"), errors.Conflict, errors.Conflict, id="409"),
        pytest.param(said(422, "Invalid", "", "metadata.uid"), errors.Conflict, errors.Conflict, id="uid"),
        pytest.param(said(422, "Invalid", "", "spec.replicas"), errors.Rejected, errors.Rejected, id="our field"),
        pytest.param(said(422, "Invalid", "", ""), errors.Denied, errors.Denied, id="422 of a policy"),
        pytest.param(said(400, "BadRequest"), errors.Rejected, errors.Rejected, id="400"),
        pytest.param(
            said(400, "", 'admission webhook "deny.example.com" denied the request: no'),
            errors.Denied,
            errors.Denied,
            id="400 of a webhook",
        ),
        pytest.param(said(415), errors.Rejected, errors.Rejected, id="415"),
        pytest.param(said(410, "Expired"), errors.ListExpired, errors.ListExpired, id="410"),
        pytest.param(Answer(429, b"Too many requests"), errors.Throttled, errors.Throttled, id="429 in plain text"),
        pytest.param(said(500, "InternalError"), errors.Unavailable, errors.OutcomeUnknown, id="500"),
        pytest.param(Answer(502, b"<html>"), errors.Unavailable, errors.OutcomeUnknown, id="502 of a proxy"),
        pytest.param(Answer(503, b""), errors.Unavailable, errors.OutcomeUnknown, id="503 without a body"),
        pytest.param(said(504, "Timeout"), errors.Unavailable, errors.OutcomeUnknown, id="504"),
        pytest.param(Answer(accident="hang"), errors.Unavailable, errors.OutcomeUnknown, id="no answer"),
        pytest.param(Answer(accident="reset"), errors.Unavailable, errors.OutcomeUnknown, id="closed"),
        pytest.param(Answer(accident="half"), errors.Unavailable, errors.OutcomeUnknown, id="half a body"),
        pytest.param(
            Answer(302, b"", {"Location": "/login"}),
            errors.UnexpectedAnswer,
            errors.UnexpectedAnswer,
            id="a login page",
        ),
    ],
)
def test_an_answer_is_one_error_of_a_read_and_one_of_a_write(
    connect: Connect, answer: Answer, of_a_read: type[KubernetesError], of_a_write: type[KubernetesError]
) -> None:
    assert type(failure_of(connect, answer, "GET")) is of_a_read
    assert type(failure_of(connect, answer, "PATCH")) is of_a_write


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("", 1.0), ("soon", 1.0), ("Fri, 01 Jan 2100 00:00:00 GMT", 300.0), ("99999", 300.0)],
)
def test_retry_after_is_obeyed_within_reason(connect: Connect, header: str, seconds: float) -> None:
    error = failure_of(connect, Answer(429, b"", {"Retry-After": header}), "PATCH")
    assert isinstance(error, errors.Throttled)
    assert error.retry_after == seconds


def test_a_refused_right_is_named(connect: Connect) -> None:
    error = failure_of(connect, said(403, "Forbidden"), "PATCH", f"{PATH}/scale")
    assert "the right to patch deployments/scale.apps in namespace shop is missing" in str(error)


def test_a_read_is_never_said_to_be_forbidden_by_an_admission_policy(connect: Connect) -> None:
    assert str(failure_of(connect, said(403, "Forbidden"), "GET")).endswith(
        "in namespace shop is missing: have it granted"
    )
    assert "admission policy" in str(failure_of(connect, said(403, "Forbidden"), "PATCH"))


def test_a_webhook_is_named(connect: Connect) -> None:
    error = failure_of(connect, said(403, "Forbidden", 'admission webhook "a.b" denied the request: x'), "PATCH")
    assert "admission webhook a.b refuses it" in str(error)


def test_the_servers_message_is_never_repeated(connect: Connect) -> None:
    error = failure_of(connect, said(422, "Invalid", "the whole object: s3cret", "spec.replicas"), "PATCH")
    assert "s3cret" not in str(error)
    assert "422 Invalid about spec.replicas" in str(error)


def test_a_review_of_rights_is_not_a_write(connect: Connect) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert isinstance(failure_of(connect, said(500), "POST", path), errors.Unavailable)


def test_a_write_that_was_never_sent_is_told_apart(connect: Connect) -> None:
    with pytest.raises(errors.Unreachable, match=r"http://127\.0\.0\.1:1 cannot be reached: connection refused"):
        connect("http://127.0.0.1:1").request("PATCH", PATH, body=b"{}")


def test_a_server_without_tls_was_never_sent_anything(connect: Connect) -> None:
    with AnsweringServer() as server, pytest.raises(errors.Unreachable, match="no TLS"):
        connect(server.url.replace("http:", "https:")).request("PATCH", PATH, body=b"{}")


def test_a_server_with_tls_that_is_asked_without_says_which_address_is_right(connect: Connect) -> None:
    answer = Answer(400, b"Client sent an HTTP request to an HTTPS server.\n")
    for method in ("GET", "PATCH"):
        error = failure_of(connect, answer, method)
        assert type(error) is errors.PlainHttp
        assert "has to begin with https://" in str(error)


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/apis/apps/v1/deployments", "list deployments"),
        ("GET", PATH, "get deployments shop/web"),
        ("PATCH", f"{PATH}/scale", "patch deployments/scale shop/web"),
        ("GET", "/api/v1/namespaces/shop", "get namespaces shop"),
        ("GET", "/api/v1/namespaces/shop/pods", "list pods shop"),
        ("GET", "/version", "get /version"),
    ],
)
def test_a_request_is_described_in_the_words_of_access_rules(method: str, path: str, words: str) -> None:
    assert str(describe_call(method, path, "https://x")) == words
