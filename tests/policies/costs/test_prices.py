from datetime import timedelta

import pytest
from cases import COST, NOW

from policies.costs.cost import GIB, Requests
from policies.costs.prices import NodePrice, PriceList, Rates
from policies.costs.savings import avoided_between, cost_per_month

ONE_CORE_TWO_GIB = Requests(cpu_cores=1, memory_bytes=2 * GIB)


def quote(prices: PriceList, *placements: dict[str, str]) -> float:
    answer = prices.quote(ONE_CORE_TWO_GIB, len(placements), placements)
    assert answer.cost is not None
    return answer.cost.amount


def test_a_core_and_two_gib_cost_what_opencosts_own_list_says() -> None:
    assert quote(PriceList(), {}) == pytest.approx(1 * 0.031611 + 2 * 0.004237)


def test_every_replica_counts() -> None:
    assert quote(PriceList(), {}, {}, {}) == pytest.approx(3 * quote(PriceList(), {}))


@pytest.mark.parametrize("replicas", [0, 3, 2**31 - 1], ids=["none", "some", "all that an int32 holds"])
def test_a_count_without_placements_is_priced_at_once(replicas: int) -> None:
    answer = PriceList().quote(ONE_CORE_TWO_GIB, replicas)
    assert answer.cost is not None
    assert answer.cost.amount == pytest.approx(replicas * quote(PriceList(), {}))


def test_more_pods_than_replicas_are_not_paid_twice() -> None:
    answer = PriceList().quote(ONE_CORE_TWO_GIB, 1, ({}, {}, {}))
    assert answer.cost is not None
    assert answer.cost.amount == pytest.approx(quote(PriceList(), {}))


def test_spot_nodes_cost_a_share_and_labelled_nodes_their_own_price() -> None:
    prices = PriceList(
        nodes=(
            NodePrice(labels={"lifecycle": "spot"}, factor=0.3),
            NodePrice(labels={"pool": "big"}, rates=Rates(cpu_core=1, memory_gib=0)),
        )
    )
    assert quote(prices, {"lifecycle": "spot"}) == pytest.approx(0.3 * quote(prices, {}))
    assert quote(prices, {"pool": "big"}) == pytest.approx(1.0)
    assert quote(prices, {"pool": "big", "lifecycle": "spot"}) == pytest.approx(0.3 * quote(prices, {}))


def test_without_requests_the_price_list_has_no_opinion() -> None:
    answer = PriceList().quote(Requests(), 1)
    assert answer.cost is None
    assert "no opinion" in answer.unknown_because


def test_a_month_is_730_hours_and_a_sleep_avoids_its_hours() -> None:
    assert cost_per_month(COST) == pytest.approx(0.12 * 730)
    assert avoided_between(COST, NOW, NOW + timedelta(hours=10)) == pytest.approx(1.2)
    assert avoided_between(COST, NOW, NOW - timedelta(hours=1)) == 0
