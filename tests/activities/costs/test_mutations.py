"""Property: whatever becomes of an answer on its way, nothing is paused by a figure that is not the true one."""

import logging
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, cast

import pytest
from allocations import CORE_PRICE, END, GIB, GIB_PRICE, GPU_PRICE, body, in_pieces, question, row
from cases import case, policy, workload
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import mutate

from activities.costs.exchange import Exchange
from activities.costs.figures import FigureFile
from activities.costs.opencost import OpenCostSource
from activities.costs.price_list import PriceListSource
from activities.costs.quotes import WorkloadsSeen
from policies.checks.decision import evaluate
from policies.checks.reasons import Reason
from policies.costs.cost import Requests
from policies.costs.prices import PriceList

BLOCKS, PER_BLOCK = 225, 100
CHEAP = policy(minHourlyCost=0.0001)
"""Any figure that is believed is enough."""
SIZES = {"dev-shop/checkout": (1, 2, 0), "dev-shop/catalog": (2, 4, 0), "dev-search/checkout": (0.5, 1, 1)}
"""Cores, GiB and GPUs."""
TRUTH = {name: cores * CORE_PRICE + gib * GIB_PRICE + gpus * GPU_PRICE for name, (cores, gib, gpus) in SIZES.items()}
ROWS = [
    *(row(*name.split("/"), cores=cores, gib=gib, gpus=gpus) for name, (cores, gib, gpus) in SIZES.items()),
    row("prod", "db", kind="statefulset"),
]


class Body:
    """A way to a server that answers with one body after another."""

    url = "http://opencost"
    content = b""

    def ask(self, target: str, read: Callable[[Iterator[bytes]], Any]) -> Any:
        return read(iter(in_pieces(self.content, 4096)))


@pytest.fixture(autouse=True)
def _silence(caplog: pytest.LogCaptureFixture) -> None:
    """Each body is an episode of its own, and would be an alert."""
    caplog.set_level(logging.CRITICAL, "finops.alerts")


@pytest.fixture(scope="module")
def workloads() -> list[Any]:
    """The Deployments of the answer; one of them asks for nothing, so that no second opinion protects it."""
    made = []
    for name, (cores, gib, gpus) in SIZES.items():
        asked = Requests() if gpus else Requests(cpu_cores=cores, memory_bytes=gib * GIB, gpus=gpus)
        made.append(workload(*name.split("/"), replicas=1, requests=asked))
    return made


@pytest.mark.thorough
def test_no_mutated_answer_ever_pauses_by_a_figure_that_is_not_true(workloads: list[Any], tmp_path: Any) -> None:
    tried, paused = set(), 0

    @settings(max_examples=BLOCKS, derandomize=True, database=None)
    @given(st.integers(0, 2**64 - 1))
    def play(block: int) -> None:
        nonlocal paused
        random = Random(block)
        for _ in range(PER_BLOCK):
            server = Body()
            server.content = mutate(ROWS, random)
            tried.add(server.content)
            paused += check(server, workloads, tmp_path)

    play()
    assert len(tried) >= 20_000
    assert paused > len(tried) / 2  # what is not spoilt is believed: the property is not empty


def check(server: Body, workloads: list[Any], folder: Any) -> int:
    """How many would be paused, each by its true cost."""
    source = OpenCostSource(
        cast("Exchange", server),
        lambda _: question(),
        WorkloadsSeen,
        PriceListSource(PriceList()),
        file=FigureFile(folder / "nowhere" / "figures.json"),
    )
    costs = source.fetch(END)
    paused = 0
    for each in workloads:
        decision = evaluate(case(each, CHEAP, cost=costs.quote(each)))
        if decision.reason is Reason.PAUSE:
            assert decision.cost is not None
            assert decision.cost.amount == pytest.approx(TRUTH[str(each.ref)], rel=0.01), server.content
            paused += 1
        else:
            assert decision.reason is Reason.COST_UNKNOWN, decision.sentence
    return paused


def test_the_answer_before_it_was_spoilt_pauses_all(workloads: list[Any], tmp_path: Any) -> None:
    server = Body()
    server.content = body(*ROWS)
    assert check(server, workloads, tmp_path) == len(SIZES)
