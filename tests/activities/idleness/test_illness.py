"""A Prometheus that is down, or lies, for a whole day: nothing is paused on its word."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cases import policy, surroundings, workload
from idlemonth import connected
from ids import key_of
from illprometheus import ILLNESSES, IllPrometheus
from seconds import Seconds

from activities.costs.price_list import PriceListSource
from activities.idleness.prometheus_source import PrometheusSource
from activities.kube.objects.pods import RunningPod
from activities.kube.objects.routing import Routing
from activities.kube.workloads.pages import Page
from activities.prometheus.client import Prometheus
from activities.runs.judge_page import judge
from activities.runs.surroundings import Gathered
from policies.checks.reasons import Reason
from policies.costs.prices import PriceList
from policies.workload import Workload

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
DAY = tuple(MIDNIGHT + number * timedelta(minutes=5) for number in range(288))
LONG_AGO = MIDNIGHT - timedelta(days=60)
NAMES = tuple(f"web{number}" for number in range(6))
UNDER = policy(idleWindow="48h", resumeAfter="12h")


def idle(name: str) -> Workload:
    rollout = workload().rollout.model_copy(update={"progressing_updated_at": LONG_AGO})
    return workload(name=name, created_at=LONG_AGO, rollout=rollout)


def pod_of(name: str) -> str:
    return f"{name}-7d9f8c6b5-x2x4z"


@pytest.fixture
def ill() -> Iterator[IllPrometheus]:
    with IllPrometheus() as server:
        server.pods = [("dev-shop", pod_of(name)) for name in NAMES]
        yield server


@pytest.fixture
def client(ill: IllPrometheus) -> Iterator[httpx.Client]:
    with connected(ill.url) as opened:
        yield opened


def day(client: httpx.Client, moments: tuple[datetime, ...], seconds: float = 15) -> Counter[Reason]:
    """All decisions of a day on six quiet workloads, an evaluation every five minutes."""
    clock = Seconds()
    source = PrometheusSource(
        Prometheus(client, seconds=seconds, clock=clock, sleep=clock.sleep),
        lambda _: {key_of(f"dev-shop/{name}"): (RunningPod(pod_of(name), LONG_AGO),) for name in NAMES},
        Routing,
        lambda: datetime.now(UTC),
    )
    costs = PriceListSource(PriceList()).fetch(MIDNIGHT)
    page = Page(workloads=tuple(idle(name) for name in NAMES))
    decisions: Counter[Reason] = Counter()
    for at in moments:
        gathered = Gathered(base=surroundings(), costs=costs, idleness=source.fetch(at, [UNDER]))
        judged = judge(UNDER, page, gathered, at)
        assert judged.unreadable == ()
        decisions.update(judged.decisions)
    return decisions


def test_while_it_is_well_all_six_may_sleep(client: httpx.Client) -> None:
    assert day(client, DAY[:1]) == {Reason.PAUSE: 6}


@pytest.mark.thorough
@pytest.mark.parametrize("illness", ILLNESSES)
def test_whatever_is_wrong_with_it_nothing_is_paused_all_day(
    ill: IllPrometheus, client: httpx.Client, illness: str
) -> None:
    ill.illness = illness
    decisions = day(client, DAY)
    assert decisions == {Reason.IDLE_UNKNOWN: 288 * 6}


def test_one_that_hangs_pauses_nobody(ill: IllPrometheus, client: httpx.Client) -> None:
    ill.illness = "hangs"
    assert day(client, DAY[::12], seconds=0.05) == {Reason.IDLE_UNKNOWN: 24 * 6}


def test_what_it_does_not_know_is_unknown_and_what_it_knows_may_sleep(ill: IllPrometheus, client: httpx.Client) -> None:
    ill.pods = ill.pods[:4]
    assert day(client, DAY[:1]) == {Reason.PAUSE: 4, Reason.IDLE_UNKNOWN: 2}


def test_one_that_went_away_pauses_nobody(ill: IllPrometheus, client: httpx.Client) -> None:
    ill.stop()
    assert day(client, DAY)[Reason.PAUSE] == 0


def test_as_soon_as_it_is_well_again_they_may_sleep(ill: IllPrometheus, client: httpx.Client) -> None:
    ill.illness = "refuses"
    assert day(client, DAY[:3])[Reason.PAUSE] == 0
    ill.illness = ""
    assert day(client, DAY[3:4]) == {Reason.PAUSE: 6}
