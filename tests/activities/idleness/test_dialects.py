"""What Prometheus and all that speak its API answer (tests/samples/prometheus): taken, or refused with a sentence."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from httpanswers import Answer, AnsweringServer
from idlemonth import connected
from seconds import Seconds

from activities.errors import PrometheusError
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Expression

AT = datetime(2026, 11, 23, 20, tzinfo=UTC)
ROWS = Expression("rows", "up", ("namespace", "pod"))
SAMPLES = Path(__file__).parents[2] / "samples" / "prometheus"
TABLE: list[dict[str, Any]] = yaml.safe_load((SAMPLES / "dialects.yaml").read_text())
WHOLE = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}).encode()


def name(case: dict[str, Any]) -> str:
    return f"{case['server']} says {case['says']}"


def ask(server: AnsweringServer, asked: str, headers_file: Path | None = None) -> object:
    """The value of the one row, or the server's clock."""
    time = Seconds()
    with connected(server.url) as client:
        prometheus = Prometheus(client, clock=time, sleep=time.sleep, headers_file=headers_file)
        deadline = prometheus.deadline(40)
        if asked == "clock":
            return prometheus.read_clock(deadline)
        return prometheus.query(ROWS, AT, deadline)["shop", "web-1"]


@pytest.fixture(scope="module")
def server() -> Iterator[AnsweringServer]:
    with AnsweringServer() as running:
        yield running


@pytest.mark.parametrize("case", TABLE, ids=name)
def test_an_answer_is_taken_or_refused_by_what_it_says_of_itself(server: AnsweringServer, case: dict[str, Any]) -> None:
    body = case["body"].replace("AT", f"{AT.timestamp():.0f}").encode()
    server.answers = [Answer(case.get("status", 200), body, case.get("headers", {}))]
    asked = case.get("asked", "rows")
    if "refused" in case:
        with pytest.raises(PrometheusError) as caught:
            ask(server, asked)
        assert case["refused"] in str(caught.value)
        return
    expected = AT if asked == "clock" else pytest.approx(case["taken"], rel=0, abs=0, nan_ok=True)
    assert ask(server, asked) == expected


@pytest.mark.parametrize("status", [414, 431])
def test_a_query_that_is_too_long_for_an_address_is_sent_as_a_form_from_then_on(
    server: AnsweringServer, status: int
) -> None:
    server.asked.clear()
    server.answers = [Answer(status), Answer(body=WHOLE)]
    short, long = Expression("short", "up", ()), Expression("long", "up + up", ())
    with connected(server.url) as client:
        prometheus = Prometheus(client)
        for expression in (long, long, short):
            prometheus.query(expression, AT, prometheus.deadline(40))
    assert [asked.method for asked in server.asked] == ["GET", "POST", "POST", "GET"]
    assert b"query=up+%2B+up&time=" in server.asked[1].body


def test_a_server_that_takes_neither_says_what_to_do(server: AnsweringServer) -> None:
    server.answers = [Answer(414), Answer(414)]
    with pytest.raises(PrometheusError, match="the query is too long for it; name fewer namespaces"):
        ask(server, "rows")


def test_further_headers_come_from_a_file_that_is_read_for_every_query(server: AnsweringServer, tmp_path: Path) -> None:
    file = tmp_path / "headers"
    server.asked.clear()
    server.answers = [Answer(body=WHOLE)]
    with connected(server.url) as client:
        prometheus = Prometheus(client, headers_file=file)
        for tenant in ("dev", "dev|staging"):
            file.write_text(f"# the tenants\nX-Scope-OrgID: {tenant}\n\nX-Team: platform\n")
            prometheus.query(ROWS, AT, prometheus.deadline(40))
    assert [asked.headers["X-Scope-OrgID"] for asked in server.asked] == ["dev", "dev|staging"]
    assert server.asked[0].headers["X-Team"] == "platform"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "its credentials cannot be read: No such file", id="it is not there"),
        pytest.param("X-Scope-OrgID: dev\nX Team platform", "line 2 of", id="a line that is no header"),
        pytest.param("X-Scope-OrgID: d\x07ev", "line 1 of", id="a character that no header may hold"),
    ],
)
def test_a_file_of_headers_that_cannot_be_used_is_a_sentence_that_shows_no_value(
    server: AnsweringServer, tmp_path: Path, content: str | None, says: str
) -> None:
    file = tmp_path / "headers"
    if content is not None:
        file.write_text(content)
    with pytest.raises(PrometheusError, match=says) as caught:
        ask(server, "rows", file)
    assert "platform" not in str(caught.value)
