import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from allocations import END
from cases import workload
from fakeopencost import FakeOpenCost
from ids import key_of
from seconds import Seconds

from activities.costs.exchange import Exchange
from activities.costs.figures import FigureFile
from activities.costs.opencost import OpenCostSource
from activities.costs.price_list import PriceListSource
from activities.costs.quotes import WorkloadsSeen
from activities.errors import Call, Unreachable
from activities.idleness.source import TellsUsage
from policies.costs.cost import GIB, Requests
from policies.costs.doubts import Doubt, Objection
from policies.costs.opencost.question import AllocationQuestion, AllocationWindow
from policies.costs.prices import PriceList, Rates
from policies.times import name_zone
from policies.workload import Workload

NOW = END + timedelta(minutes=30)
CHECKOUT = key_of("dev-shop/checkout")
RUNNING = frozenset({CHECKOUT, *map(key_of, ("dev-shop/catalog", "dev-search/checkout", "dev-search/young"))})
EUROS = PriceList(currency="EUR", rates=Rates())


def deployment(namespace: str = "dev-shop", name: str = "checkout", *, cores: float = 1, **changes: Any) -> Workload:
    """One of the ordinary sample, with the requests that its row is made of."""
    requests = Requests(cpu_cores=cores, memory_bytes=2 * cores * GIB)
    return workload(namespace, name, **{"replicas": 1, "requests": requests, **changes})


@pytest.fixture
def time() -> Seconds:
    return Seconds()


@pytest.fixture
def server() -> Iterator[FakeOpenCost]:
    with FakeOpenCost() as running:
        yield running


@pytest.fixture
def build(server: FakeOpenCost, time: Seconds, tmp_path: Path) -> Iterator[Callable[..., OpenCostSource]]:
    """Makes sources that ask this server; what is left out is as in an ordinary cluster."""
    with httpx.Client(base_url=server.url, trust_env=False) as client:

        def make(
            question: Callable[[AllocationWindow], AllocationQuestion] = lambda window: AllocationQuestion(
                window=window
            ),
            list_seen: Callable[[], WorkloadsSeen] = lambda: WorkloadsSeen(RUNNING),
            folder: Path = tmp_path,
            seconds: float = 5,
            clock: Callable[[], float] = time,
        ) -> OpenCostSource:
            return OpenCostSource(
                Exchange(client, "OpenCost", seconds=seconds, clock=clock, sleep=time.sleep),
                question,
                list_seen,
                PriceListSource(EUROS),
                file=FigureFile(folder / "figures.json"),
                clock=time,
                own_clock=lambda: NOW + timedelta(seconds=time.now),
            )

        yield make


@pytest.fixture
def source(build: Callable[..., OpenCostSource]) -> OpenCostSource:
    return build()


def test_one_question_is_asked_for_all(server: FakeOpenCost, source: OpenCostSource) -> None:
    source.fetch(NOW)
    (asked,) = server.asked
    assert dict(httpx.URL(asked.target).params) == {
        "window": "2026-11-21T20:00:00Z,2026-11-23T20:00:00Z",
        "aggregate": "namespace,controllerKind,controller",
        "accumulate": "true",
    }


def test_until_when_an_answer_is_good_is_said_with_its_subject_and_by_this_machines_clock(
    source: OpenCostSource,
) -> None:
    until = datetime(2026, 11, 23, 20, 35, tzinfo=UTC).astimezone()
    said = source.fetch(NOW).kept
    assert said.startswith(
        f"OpenCost's answer to this command is good until {until:%a %d %b %H:%M} {name_zone(until)}; a worker acts"
    )


def test_a_row_gives_a_cost_by_the_hour_with_the_second_opinion_beside_it(source: OpenCostSource) -> None:
    answer = source.fetch(NOW).quote(deployment())
    assert answer.cost is not None
    assert answer.opinion is not None
    assert (answer.cost.currency, answer.cost.source) == ("EUR", "OpenCost")
    assert answer.cost.amount == pytest.approx(0.040085, rel=1e-3)
    assert answer.evidence == {
        "hourly cost": "0.0401 EUR/h (OpenCost), good until 2026-11-23T20:35:00Z",
        "second opinion": "0.0401 EUR/h (price list)",
    }


def test_more_than_five_times_apart_nobody_is_believed(source: OpenCostSource) -> None:
    answer = source.fetch(NOW).quote(deployment(cores=6))
    assert (answer.cost, answer.doubt) == (None, Doubt.OPINIONS_DIFFER)
    assert "OpenCost says 0.0401" in answer.unknown_because
    assert "by price list are 0.2405" in answer.unknown_because


def test_what_was_used_stands_in_as_a_signal_for_as_long_as_it_is_believed(
    source: OpenCostSource, time: Seconds
) -> None:
    answer = source.fetch(NOW)
    assert isinstance(answer, TellsUsage)
    average = answer.usage_of(deployment())
    assert average is not None
    assert (average.source, average.cores > 0, average.span) == ("OpenCost", True, timedelta(hours=47))
    assert answer.usage_of(deployment(name="unheard-of")) is None
    time.sleep(300)
    assert answer.usage_of(deployment()) is None


def test_without_requests_opencost_stands_alone(source: OpenCostSource) -> None:
    answer = source.fetch(NOW).quote(deployment(requests=Requests()))
    assert answer.cost is not None
    assert answer.opinion is None


def test_one_that_runs_and_has_no_row_is_unknown(source: OpenCostSource) -> None:
    answer = source.fetch(NOW).quote(deployment(name="other"))
    assert (answer.cost, answer.doubt) == (None, Doubt.NO_ROW)
    assert answer.opinion is not None


@pytest.mark.parametrize("name", ["other", "checkout"], ids=["without a row", "with the row of the days before"])
def test_one_that_sleeps_costs_nothing_whatever_the_answer_says(source: OpenCostSource, name: str) -> None:
    answer = source.fetch(NOW).quote(deployment(name=name, replicas=0))
    assert answer.cost is not None
    assert answer.cost.amount == 0


def test_a_row_that_breaks_a_rule_makes_only_its_own_deployment_unknown(source: OpenCostSource) -> None:
    costs = source.fetch(NOW)
    assert costs.quote(deployment("dev-search", "young")).doubt is Doubt.TOO_SHORT
    assert costs.quote(deployment()).cost is not None


def test_a_row_is_not_trusted_where_the_cluster_says_that_labels_overlap(build: Callable[..., OpenCostSource]) -> None:
    overlap = Objection(Doubt.SELECTORS_OVERLAP, "its selector and another's match the same pods")
    source = build(list_seen=lambda: WorkloadsSeen(RUNNING, {CHECKOUT: overlap}))
    answer = source.fetch(NOW).quote(deployment())
    assert (answer.cost, answer.doubt, answer.unknown_because) == (None, *overlap)


def test_what_a_selector_spoils_is_not_counted_as_believed(build: Callable[..., OpenCostSource]) -> None:
    overlap = Objection(Doubt.SELECTORS_OVERLAP, "its selector and another's match the same pods")
    spoilt = {CHECKOUT: overlap, key_of("dev-shop/without-a-row"): overlap}
    answered = build(list_seen=lambda: WorkloadsSeen(RUNNING, spoilt)).fetch(NOW).answered
    assert "4 of them of Deployments: 2 believed, 1 SelectorsOverlap, 1 TooShort" in answered


@pytest.mark.parametrize(
    ("objections", "asked"),
    [
        pytest.param(True, deployment(), id="its selector overlaps"),
        pytest.param(False, deployment(cores=6), id="its requests by price list are far apart"),
    ],
)
def test_what_was_never_believed_is_not_shown_as_an_earlier_figure(
    server: FakeOpenCost, build: Callable[..., OpenCostSource], time: Seconds, objections: bool, asked: Workload
) -> None:
    overlap = Objection(Doubt.SELECTORS_OVERLAP, "its selector and another's match the same pods")
    source = build(list_seen=lambda: WorkloadsSeen(RUNNING, {asked.ref.key: overlap} if objections else {}))
    assert source.fetch(NOW).quote(asked).cost is None
    time.now, server.samples = 1000, ["empty"]
    assert source.fetch(NOW).quote(asked).earlier is None


def test_an_answer_says_until_when_it_is_good(source: OpenCostSource, time: Seconds) -> None:
    assert source.fetch(NOW).quote(deployment()).good_until == NOW + timedelta(minutes=5)
    time.now = 120
    assert source.fetch(NOW).quote(deployment()).good_until == NOW + timedelta(minutes=5)


def test_what_was_answered_is_told_in_numbers(source: OpenCostSource) -> None:
    assert source.fetch(NOW).answered == (
        "6 rows in 4 namespaces, 4 of them of Deployments: 3 believed, 1 TooShort; 21 Nov 20:00 to 23 Nov 20:00 UTC"
    )


def test_an_answer_is_kept_for_five_minutes_and_then_asked_for_again(
    server: FakeOpenCost, source: OpenCostSource, time: Seconds
) -> None:
    source.fetch(NOW)
    time.now = 299
    source.fetch(NOW)
    assert len(server.asked) == 1
    time.now = 301
    source.fetch(NOW)
    assert len(server.asked) == 2


def test_a_new_hour_is_a_new_question(server: FakeOpenCost, source: OpenCostSource) -> None:
    source.fetch(NOW)
    source.fetch(NOW + timedelta(hours=1))
    assert len(server.asked) == 2


def test_an_answer_that_has_grown_old_in_somebodys_hands_is_shown_and_not_used(
    source: OpenCostSource, time: Seconds
) -> None:
    costs = source.fetch(NOW)
    time.now = 300
    answer = costs.quote(deployment())
    assert (answer.cost, answer.doubt) == (None, Doubt.STALE)
    assert str(answer.earlier) == "0.0401 EUR/h (OpenCost) until 2026-11-23T20:00:00Z"


def test_many_who_ask_at_once_are_one_question(server: FakeOpenCost, source: OpenCostSource) -> None:
    barrier = threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        source.fetch(NOW)

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("sample", "doubt", "words"),
    [
        ("bad-window", Doubt.NO_ANSWER, "answered 400"),
        ("prometheus-down", Doubt.NO_ANSWER, "answered 500"),
        ("gateway", Doubt.NO_ANSWER, "answered 504"),
        ("busy", Doubt.NO_ANSWER, "asks for 120 s of patience"),
        ("breaks-off", Doubt.NO_ANSWER, "gives no answer"),
        ("error-inside", Doubt.NOT_AN_ANSWER, "its code is 500"),
        ("no-body", Doubt.NOT_AN_ANSWER, "not the JSON of an allocation answer"),
        ("empty", Doubt.NO_DATA, "is Prometheus up"),
        ("no-usage", Doubt.NO_USAGE, "nothing in it uses anything"),
        ("free", Doubt.ALL_FREE, "everything in it is free"),
    ],
)
def test_a_source_in_trouble_knows_nothing_of_anybody_and_shows_the_last_good_figure(
    server: FakeOpenCost, source: OpenCostSource, time: Seconds, sample: str, doubt: Doubt, words: str
) -> None:
    source.fetch(NOW)
    time.now, server.samples = 1000, [sample]
    costs = source.fetch(NOW)
    assert words in costs.problem
    assert "prometheus.internal" not in costs.problem
    answer = costs.quote(deployment())
    assert (answer.cost, answer.doubt) == (None, doubt)
    assert answer.earlier is not None
    assert answer.earlier.cost.amount == pytest.approx(0.040085, rel=1e-3)
    assert answer.opinion is not None


@pytest.mark.parametrize("sample", ["hangs", "drips"])
def test_a_source_that_takes_for_ever_is_given_up_and_nobody_is_paused_meanwhile(
    server: FakeOpenCost, build: Callable[..., OpenCostSource], sample: str
) -> None:
    """By the real clock: each attempt has a fifth of a second."""
    server.samples = [sample]
    costs = build(seconds=0.2, clock=monotonic).fetch(NOW)
    assert "gives no answer" in costs.problem
    assert costs.quote(deployment()).doubt is Doubt.NO_ANSWER


def test_ten_thousand_rows_are_judged_like_six(server: FakeOpenCost, source: OpenCostSource) -> None:
    server.samples = ["huge"]
    costs = source.fetch(NOW)
    assert costs.answered.startswith("10,000 rows in 100 namespaces, 10,000 of them of Deployments: 10,000 believed")
    assert costs.quote(deployment("team-1", "app-101", cores=3.25)).cost is not None


def test_prices_that_cannot_be_make_every_single_row_unknown(server: FakeOpenCost, source: OpenCostSource) -> None:
    server.samples = ["too-dear"]
    assert source.fetch(NOW).quote(deployment()).doubt is Doubt.PRICE_OUT_OF_BAND


def test_prices_that_jump_are_doubted_as_a_whole(
    server: FakeOpenCost, build: Callable[..., OpenCostSource], time: Seconds
) -> None:
    rupees = Rates(cpu_core=0.03, memory_gib=0.004)
    source = build(lambda window: AllocationQuestion(window=window, reference=rupees))
    source.fetch(NOW)
    time.now, server.samples = 1000, ["dearer"]
    assert source.fetch(NOW).quote(deployment()).doubt is Doubt.PRICE_JUMPED


def test_half_an_answer_is_an_error_where_the_others_still_run_and_none_where_they_sleep(
    server: FakeOpenCost, build: Callable[..., OpenCostSource], time: Seconds
) -> None:
    running = [RUNNING]
    source = build(list_seen=lambda: WorkloadsSeen(running[0]))
    source.fetch(NOW)
    time.now, server.samples = 1000, ["fewer"]
    assert "FewerRows" in source.fetch(NOW).problem
    time.now, running[0] = 2000, frozenset({CHECKOUT})
    assert not source.fetch(NOW).problem


def test_an_answer_that_was_not_believed_is_kept_like_any_other(
    server: FakeOpenCost, source: OpenCostSource, time: Seconds
) -> None:
    server.samples = ["empty", "ordinary"]
    source.fetch(NOW)
    time.now = 299
    assert source.fetch(NOW).problem
    assert len(server.asked) == 1
    time.now = 301
    assert not source.fetch(NOW).problem


def test_a_server_without_an_answer_is_left_alone_for_a_minute_or_as_long_as_it_asks(
    server: FakeOpenCost, source: OpenCostSource, time: Seconds
) -> None:
    for sample, rest in (("bad-window", 60), ("busy", 120)):
        server.samples = [sample]
        source.fetch(NOW)
        asked, time.now = len(server.asked), time.now + rest - 1
        source.fetch(NOW)
        assert len(server.asked) == asked
        time.now += 1
        source.fetch(NOW)
        assert len(server.asked) == asked + 1
        time.now += 1000


def test_one_alert_is_raised_when_a_trouble_begins_and_a_word_when_it_is_over(
    server: FakeOpenCost, source: OpenCostSource, time: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "finops.alerts")
    for sample in ("ordinary", "empty", "no-usage", "ordinary", "ordinary", "free"):
        server.samples = [sample]
        source.fetch(NOW)
        time.now += 1000
    told = [record.getMessage() for record in caplog.records]
    assert [text.split("(")[-1].split(":")[0] for text in told] == ["NoData", "costs", "AllFree"]
    assert told[1] == "costs: the answers of OpenCost are believed again"


def test_the_last_good_figures_outlive_the_process(
    server: FakeOpenCost, build: Callable[..., OpenCostSource], time: Seconds
) -> None:
    build().fetch(NOW)
    server.samples = ["empty"]
    answer = build().fetch(NOW).quote(deployment())
    assert answer.cost is None
    assert str(answer.earlier) == "0.0401 EUR/h (OpenCost) until 2026-11-23T20:00:00Z"


def test_no_folder_is_made_to_keep_figures_in(build: Callable[..., OpenCostSource], tmp_path: Path) -> None:
    build(folder=tmp_path / "none").fetch(NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_that_cannot_be_listed_is_told_as_such(server: FakeOpenCost, build: Callable[..., Any]) -> None:
    def fail() -> WorkloadsSeen:
        raise Unreachable(Call("list", "deployments", server="https://x"), "refused")

    with pytest.raises(Unreachable):
        build(list_seen=fail).fetch(NOW)
    assert not server.asked
