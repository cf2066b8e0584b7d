import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpanswers import Answer, AnsweringServer
from seconds import Seconds

from activities.errors import PrometheusAnswerInvalid, PrometheusError, PrometheusRefused
from activities.errors import PrometheusUnreachable as Unreachable
from activities.prometheus.access import connect
from activities.prometheus.client import LARGEST_BODY, Prometheus
from activities.prometheus.expressions import Expression
from localcluster.certificates import Authority

AT = datetime(2026, 11, 23, 20, tzinfo=UTC)
UP = Expression("up", "up", ("namespace", "pod"))


def row(pod: str = "web-1", value: str = "0.5", at: float = AT.timestamp(), **labels: str) -> dict[str, Any]:
    return {"metric": {"namespace": "shop", "pod": pod, **labels}, "value": [at, value]}


def vector(*rows: dict[str, Any], **more: Any) -> Answer:
    data = {"resultType": "vector", "result": list(rows)}
    return Answer(200, json.dumps({"status": "success", "data": data, **more}).encode())


@pytest.fixture
def time() -> Seconds:
    return Seconds()


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with AnsweringServer(vector(row())) as running:
        yield running


@pytest.fixture
def ask(server: AnsweringServer, time: Seconds) -> Iterator[Callable[..., Any]]:
    """Asks one query, with 40 seconds for it."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        prometheus = Prometheus(client, clock=time, sleep=time.sleep)
        yield lambda: prometheus.query(UP, AT, prometheus.deadline(40))


def test_a_vector_is_values_by_the_labels_that_were_asked_for(server: AnsweringServer, ask: Callable[..., Any]) -> None:
    server.answers = [vector(row("web-1", "0.5", node="n1"), row("web-2", "NaN"))]
    answer = ask()
    assert answer["shop", "web-1"] == 0.5
    assert math.isnan(answer["shop", "web-2"])
    (asked,) = server.asked
    url = httpx.URL(asked.target)
    assert (url.path, url.params["query"], url.params["time"]) == ("/api/v1/query", "up", "1795464000")
    assert float(url.params["timeout"]) <= 15


def test_a_path_in_front_of_the_api_is_kept(server: AnsweringServer, time: Seconds) -> None:
    with httpx.Client(base_url=f"{server.url}/prometheus", trust_env=False) as client:
        prometheus = Prometheus(client, clock=time)
        prometheus.query(UP, AT, 40)
    assert server.asked[0].target.startswith("/prometheus/api/v1/query?")


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [
        pytest.param([Answer(503)], [1], id="503"),
        pytest.param([Answer(500), Answer(502), Answer(504)], [1, 2, 4], id="5xx"),
        pytest.param([Answer(429, headers={"Retry-After": "7"})], [7], id="Retry-After is obeyed"),
        pytest.param([Answer(429, headers={"Retry-After": "soon"})], [1], id="Retry-After in words"),
        pytest.param([Answer(accident="reset")], [1], id="reset"),
        pytest.param([Answer(body=b"{", accident="half")], [1], id="half an answer"),
    ],
)
def test_what_passes_is_tried_again(
    server: AnsweringServer, ask: Callable[..., Any], time: Seconds, trouble: list[Answer], waits: list[float]
) -> None:
    server.answers = [*trouble, vector(row())]
    assert ask() == {("shop", "web-1"): 0.5}
    assert time.slept == waits


def test_five_attempts_are_enough(server: AnsweringServer, ask: Callable[..., Any], time: Seconds) -> None:
    server.answers = [Answer(503)]
    with pytest.raises(PrometheusRefused, match="answered 503"):
        ask()
    assert (len(server.asked), time.slept) == (5, [1, 2, 4, 8])


def test_nobody_waits_beyond_the_deadline(server: AnsweringServer, ask: Callable[..., Any], time: Seconds) -> None:
    server.answers = [Answer(429, headers={"Retry-After": "60"})]
    with pytest.raises(PrometheusRefused):
        ask()
    assert (len(server.asked), time.slept) == (1, [])


@pytest.mark.parametrize(
    ("seconds", "left", "says"),
    [(0.2, 1, "nothing came within 0.2 s"), (15, 0.3, "the time for all queries is over")],
    ids=["its time", "what was left of the time for all"],
)
def test_a_server_that_hangs_is_given_up_and_the_sentence_names_whose_time_it_was(
    server: AnsweringServer, time: Seconds, seconds: float, left: float, says: str
) -> None:
    server.answers = [Answer(accident="hang")]
    with httpx.Client(base_url=server.url, trust_env=False) as client, pytest.raises(Unreachable, match=says):
        Prometheus(client, seconds=seconds, clock=time, sleep=time.sleep).query(UP, AT, left)


def test_when_the_time_is_over_nothing_is_asked(server: AnsweringServer, time: Seconds) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as client, pytest.raises(Unreachable, match="time for all"):
        Prometheus(client, clock=time).query(UP, AT, 0)
    assert server.asked == []


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        pytest.param(Answer(401), PrometheusRefused, "FINOPS_PROMETHEUS_TOKEN_FILE", id="401"),
        pytest.param(
            Answer(422, b'{"status":"error","errorType":"execution","error":"too many samples in query \\"up\\""}'),
            PrometheusRefused,
            "answered 422 (execution); the query passes a limit",
            id="too much",
        ),
        pytest.param(Answer(410, b"<html>"), PrometheusRefused, "answered 410; its log", id="something else"),
        pytest.param(
            Answer(200, b"<html>"), PrometheusAnswerInvalid, "it is not JSON, but a login page perhaps", id="HTML"
        ),
        pytest.param(Answer(200, b"[]"), PrometheusAnswerInvalid, "envelope", id="another form"),
        pytest.param(
            Answer(200, b'{"status":"error"}'), PrometheusAnswerInvalid, "did not succeed", id="an error as 200"
        ),
        pytest.param(
            vector(row(), warnings=["store down"]), PrometheusAnswerInvalid, "warnings", id="a partial answer"
        ),
        pytest.param(
            Answer(200, b'{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}'),
            PrometheusAnswerInvalid,
            "not a vector",
            id="a scalar",
        ),
        pytest.param(vector({"metric": [], "value": 1}), PrometheusAnswerInvalid, "rows", id="rows of another form"),
        pytest.param(vector(row(at=AT.timestamp() - 60)), PrometheusAnswerInvalid, "another time", id="another time"),
        pytest.param(vector(row(value="much")), PrometheusAnswerInvalid, "a value is not a number", id="no number"),
        pytest.param(Answer(200, b" " * (LARGEST_BODY + 1)), PrometheusAnswerInvalid, "32 MiB", id="huge"),
    ],
)
def test_what_cannot_be_used_is_not_asked_again(
    server: AnsweringServer, ask: Callable[..., Any], answer: Answer, error: type[PrometheusError], says: str
) -> None:
    server.answers = [answer]
    with pytest.raises(error) as caught:
        ask()
    assert says in str(caught.value)
    assert len(server.asked) == 1


def test_two_rows_of_one_pod_are_no_number(server: AnsweringServer, ask: Callable[..., Any]) -> None:
    server.answers = [vector(row(value="1", job="a"), row(value="2", job="b"))]
    (value,) = ask().values()
    assert math.isnan(value)


def test_an_address_shows_no_password() -> None:
    with httpx.Client(base_url="http://user:secret@prometheus:9090", trust_env=False) as client:
        assert Prometheus(client).url == "http://prometheus:9090"


def test_a_range_is_an_array_for_each_row(server: AnsweringServer, time: Seconds) -> None:
    begin = AT.timestamp()
    values = [[begin, "1"], [begin + 7200, "3"]]
    data = {"resultType": "matrix", "result": [{"metric": {"namespace": "shop", "pod": "a"}, "values": values}]}
    server.answers = [Answer(200, json.dumps({"status": "success", "data": data}).encode())]
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        found = Prometheus(client, clock=time).query_range(UP, AT, timedelta(hours=1), 3, 40)
    first, gap, last = found["shop", "a"]
    assert (first, last) == (1, 3)
    assert math.isnan(gap)
    asked = httpx.URL(server.asked[0].target)
    assert {name: asked.params[name] for name in ("start", "end", "step")} == {
        "start": f"{begin:.0f}",
        "end": f"{begin + 7200:.0f}",
        "step": "3600",
    }


def test_a_token_is_read_anew_for_every_query(server: AnsweringServer, tmp_path: Path) -> None:
    file = tmp_path / "token"
    with connect(server.url, token_file=file) as client:
        for token in ("first", "second"):
            file.write_text(f"{token}\n")
            Prometheus(client).query(UP, AT, Prometheus(client).deadline(40))
    assert [asked.headers["Authorization"] for asked in server.asked] == ["Bearer first", "Bearer second"]


def test_a_password_comes_from_a_file_too(server: AnsweringServer, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    with connect(server.url, username="finops", password_file=tmp_path / "password") as client:
        Prometheus(client).query(UP, AT, Prometheus(client).deadline(40))
    assert server.asked[0].headers["Authorization"] == "Basic Zmlub3BzOnNlY3JldA=="


def test_a_token_file_that_is_gone_is_a_sentence(server: AnsweringServer, tmp_path: Path) -> None:
    with (
        connect(server.url, token_file=tmp_path / "gone") as client,
        pytest.raises(Unreachable, match="its credentials cannot be read: No such file"),
    ):
        Prometheus(client).query(UP, AT, Prometheus(client).deadline(40))


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "garbage"])
def test_a_ca_that_cannot_be_used_is_a_sentence(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with (
        connect("https://prometheus:9090", ca_file=file) as client,
        pytest.raises(Unreachable, match=r"ca\.pem: cannot be used as a CA bundle"),
    ):
        Prometheus(client).query(UP, AT, Prometheus(client).deadline(40))


def test_the_certificate_is_checked_by_the_ca_of_the_file(time: Seconds, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with AnsweringServer(vector(row()), keys=authority.issue("prometheus", user="prometheus", server=True)) as server:
        with connect(server.url, ca_file=authority.certificate) as trusting:
            assert Prometheus(trusting).query(UP, AT, Prometheus(trusting).deadline(40)) == {("shop", "web-1"): 0.5}
        with connect(server.url) as doubting, pytest.raises(Unreachable, match="its certificate is not accepted"):
            Prometheus(doubting, clock=time, sleep=time.sleep).query(UP, AT, 40)
