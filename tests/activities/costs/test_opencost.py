import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from httpanswers import Answer, AnsweringServer

from activities.costs.opencost import LARGEST_BODY, OpenCostSource
from activities.errors import CostAnswerInvalid, CostSourceRefused, CostSourceUnreachable
from policies.workload import Workload, WorkloadRef

NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


def row(name: str, cost: float = 4.8, **fields: Any) -> dict[str, Any]:
    return {
        "properties": {"namespace": "shop", "controllerKind": "deployment", "controller": name},
        "start": "2026-11-21T22:00:00Z",
        "end": "2026-11-23T22:00:00Z",
        "minutes": 2880,
        "cpuCost": cost,
        "ramCost": 0,
        "gpuCost": 0,
        "totalCost": cost,
        **fields,
    }


def answer(*rows: dict[str, Any]) -> Answer:
    return Answer(200, json.dumps({"code": 200, "data": [dict(enumerate(rows))]}).encode())


def workload(name: str) -> Workload:
    return Workload(ref=WorkloadRef(namespace="shop", name=name), resource_version="1", replicas=1, created_at=NOW)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with AnsweringServer(answer(row("web"))) as running:
        yield running


@pytest.fixture
def source(server: AnsweringServer, clock: Clock) -> Iterator[OpenCostSource]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield OpenCostSource(client, currency="EUR", clock=clock)


def test_one_question_is_asked_for_all(server: AnsweringServer, source: OpenCostSource) -> None:
    source.fetch(NOW)
    (asked,) = server.asked
    assert dict(httpx.URL(asked.target).params) == {
        "window": "2026-11-21T22:00:00Z,2026-11-23T22:00:00Z",
        "aggregate": "namespace,controllerKind,controller",
        "accumulate": "true",
    }


def test_a_row_gives_a_cost_by_the_hour(source: OpenCostSource) -> None:
    cost = source.fetch(NOW).quote(workload("web")).cost
    assert cost is not None
    assert (cost.amount, cost.currency, cost.source) == (pytest.approx(0.1), "EUR", "OpenCost")


def test_a_deployment_without_a_row_is_unknown(source: OpenCostSource) -> None:
    answered = source.fetch(NOW).quote(workload("other"))
    assert answered.cost is None
    assert "no row" in answered.unknown_because


def test_a_bad_row_makes_only_its_own_deployment_unknown(server: AnsweringServer, source: OpenCostSource) -> None:
    server.answers = [answer(row("web"), row("bad", cpuCost=None))]
    costs = source.fetch(NOW)
    assert costs.quote(workload("web")).cost is not None
    assert "cpuCost is not a number" in costs.quote(workload("bad")).unknown_because


def test_two_rows_of_one_deployment_are_no_price(server: AnsweringServer, source: OpenCostSource) -> None:
    server.answers = [answer(row("web"), row("web"))]
    assert "several rows" in source.fetch(NOW).quote(workload("web")).unknown_because


def test_a_good_answer_is_kept_for_five_minutes(server: AnsweringServer, source: OpenCostSource, clock: Clock) -> None:
    source.fetch(NOW)
    clock.now = 299
    source.fetch(NOW)
    assert len(server.asked) == 1
    clock.now = 301
    source.fetch(NOW)
    assert len(server.asked) == 2


def test_a_new_hour_is_a_new_question(server: AnsweringServer, source: OpenCostSource) -> None:
    source.fetch(NOW)
    source.fetch(NOW.replace(hour=23))
    assert len(server.asked) == 2


def test_a_failure_is_not_kept(server: AnsweringServer, source: OpenCostSource) -> None:
    server.answers = [Answer(503), answer(row("web"))]
    assert source.fetch(NOW).problem
    assert source.fetch(NOW).quote(workload("web")).cost is not None


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        pytest.param(Answer(500, b'{"message": "promql"}'), CostSourceRefused, "answered 500", id="500"),
        pytest.param(Answer(301, b"", {"Location": "/x"}), CostSourceRefused, "answered 301", id="redirect"),
        pytest.param(Answer(200, b'{"code":200,"data":[{}]}'), CostAnswerInvalid, "no data", id="an empty success"),
        pytest.param(Answer(200, b"[" * (LARGEST_BODY + 1)), CostAnswerInvalid, "larger than 32 MiB", id="too large"),
        pytest.param(Answer(accident="reset"), CostSourceUnreachable, "gives no answer", id="closed"),
        pytest.param(Answer(accident="half"), CostSourceUnreachable, "gives no answer", id="half a body"),
    ],
)
def test_a_source_in_trouble_says_so_once_and_knows_nothing(
    server: AnsweringServer, source: OpenCostSource, reply: Answer, error: type[Exception], words: str
) -> None:
    server.answers = [reply]
    with pytest.raises(error, match=words) as caught:
        source.ask(NOW)
    assert "promql" not in str(caught.value)
    assert words in source.fetch(NOW).quote(workload("web")).unknown_because


def test_a_source_that_is_not_there_is_named_without_its_password() -> None:
    with httpx.Client(base_url="http://me:s3cret@127.0.0.1:1", trust_env=False) as client:
        problem = OpenCostSource(client).fetch(NOW).problem
    assert "http://127.0.0.1:1 gives no answer" in problem
    assert "s3cret" not in problem
