"""A whole day in which the cost source is down, slow or lying: a run every five minutes pauses nobody."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from allocations import END
from cases import policy, surroundings, workload
from fakeopencost import FakeOpenCost
from seconds import Seconds

from activities.costs.exchange import Exchange
from activities.costs.figures import FigureFile
from activities.costs.opencost import OpenCostSource
from activities.costs.price_list import PriceListSource
from activities.costs.quotes import WorkloadsSeen
from activities.kube.workloads.pages import Page
from activities.runs.judge_page import PageJudged, judge
from activities.runs.surroundings import Gathered
from policies.checks.reasons import Reason
from policies.costs.cost import GIB, Requests
from policies.costs.opencost.question import AllocationQuestion
from policies.costs.prices import PriceList

EVERY = timedelta(minutes=5)
RUNS = 24 * 12
TROUBLES = ("prometheus-down", "gateway", "busy", "empty", "no-usage", "free", "too-dear", "breaks-off")
WORKLOADS = tuple(
    workload(*name.split("/"), replicas=1, requests=Requests(cpu_cores=cores, memory_bytes=2 * cores * GIB))
    for name, cores in (("dev-shop/checkout", 1), ("dev-shop/catalog", 2), ("dev-search/checkout", 0.5))
)


@pytest.fixture
def server() -> Iterator[FakeOpenCost]:
    with FakeOpenCost() as running:
        yield running


@pytest.fixture
def source(server: FakeOpenCost, seconds: Seconds, tmp_path: Path) -> Iterator[OpenCostSource]:
    running = frozenset(each.ref.key for each in WORKLOADS)
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield OpenCostSource(
            Exchange(client, "OpenCost", seconds=5, clock=seconds, sleep=seconds.sleep),
            lambda window: AllocationQuestion(window=window),
            lambda: WorkloadsSeen(running),
            PriceListSource(PriceList()),
            file=FigureFile(tmp_path / "figures.json"),
            clock=seconds,
        )


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def run(source: OpenCostSource, number: int) -> PageJudged:
    """One run of a policy that pauses what costs anything."""
    now = END + number * EVERY
    gathered = Gathered(base=surroundings(), costs=source.fetch(now))
    return judge(policy(minHourlyCost=0.001), Page(WORKLOADS), gathered, now)


@pytest.mark.parametrize("trouble", ["prometheus-down", "no-usage", "too-dear", "each in turn"])
def test_nobody_is_paused_all_day_and_everybody_when_it_is_over(
    server: FakeOpenCost, source: OpenCostSource, seconds: Seconds, trouble: str, caplog: Any
) -> None:
    caplog.set_level(logging.WARNING, "finops.alerts")
    troubles = cycle(TROUBLES if trouble == "each in turn" else (trouble,))
    assert run(source, 0).decisions == {Reason.PAUSE: 3}
    for number in range(1, RUNS):
        server.samples, seconds.now = [next(troubles)], number * EVERY.total_seconds()
        assert run(source, number).decisions == {Reason.COST_UNKNOWN: 3}
    server.samples, seconds.now = ["ordinary"], RUNS * EVERY.total_seconds()
    assert run(source, RUNS).decisions == {Reason.PAUSE: 3}
    if trouble in {"no-usage", "prometheus-down"}:
        assert len(caplog.records) == 2  # one when it began, one when it was over
