from datetime import datetime, timedelta
from typing import Any

import pytest
from cases import COST, NOW

from policies.costs.cost import HourlyCost, Requests
from policies.sleep.ledger import Period, Slept, enter, group, merge, total
from policies.workload import WorkloadRef

EUROS = HourlyCost(amount=1, currency="EUR", source="OpenCost")
MONTH = Period(since=NOW - timedelta(days=30), until=NOW)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def slept(start: float, end: float | None = None, **changes: Any) -> Slept:
    """A sleep from so many hours ago to so many hours ago; without an end it goes on."""
    ordinary: dict[str, Any] = {
        "ref": WorkloadRef(namespace="dev-shop", name="checkout", uid="u1"),
        "policy": "night",
        "start": ago(start),
        "end": None if end is None else ago(end),
        "pause_id": f"p-{start}",
        "cost": COST,
        "freed": Requests(cpu_cores=2),
    }
    return Slept(**(ordinary | changes))


@pytest.mark.parametrize(
    ("sleep", "hours"),
    [
        pytest.param(slept(10, 4), 6, id="one that is over"),
        pytest.param(slept(10), 10, id="one that goes on"),
        pytest.param(slept(24 * 30 + 5, 24 * 30 - 3), 3, id="one that began before"),
        pytest.param(slept(5, -5), 5, id="one that ends later"),
    ],
)
def test_of_a_sleep_counts_what_lies_in_the_period(sleep: Slept, hours: float) -> None:
    (entry,) = enter([sleep], MONTH)
    assert entry.sleeps == 1
    assert entry.slept_hours == pytest.approx(hours)
    assert entry.avoided == pytest.approx(hours * 0.12)


@pytest.mark.parametrize("sleep", [slept(24 * 40, 24 * 31), slept(-5), slept(5, 5)], ids=["before", "after", "never"])
def test_what_lies_outside_does_not_count(sleep: Slept) -> None:
    assert enter([sleep], MONTH) == ()


def test_only_who_sleeps_now_frees_requests_and_has_a_rate() -> None:
    over, now = slept(10, 4), slept(2, ref=WorkloadRef(namespace="dev-shop", name="web"))
    first, second = enter([over, now], MONTH)
    assert (first.asleep, first.freed.nothing, first.hourly) == (0, True, 0)
    assert (second.asleep, second.freed.cpu_cores, second.hourly) == (1, 2, 0.12)


def test_sleeps_of_a_workload_are_summed_by_policy_and_by_currency() -> None:
    sleeps = [slept(10, 8), slept(6, 5), slept(4, 3, policy="weekend"), slept(2, 1, cost=EUROS)]
    made = {(entry.policy, entry.currency): (entry.sleeps, entry.slept_hours) for entry in enter(sleeps, MONTH)}
    assert made == {("night", "USD"): (2, 3), ("weekend", "USD"): (1, 1), ("night", "EUR"): (1, 1)}


def test_groups_are_of_a_policy_and_a_namespace() -> None:
    names = [("dev-a", "x"), ("dev-a", "y"), ("dev-b", "x")]
    sleeps = [slept(2, 1, ref=WorkloadRef(namespace=namespace, name=name)) for namespace, name in names]
    assert [(each.namespace, each.name, each.sleeps) for each in group(enter(sleeps, MONTH))] == [
        ("dev-a", "", 2),
        ("dev-b", "", 1),
    ]


def test_a_sleep_without_a_price_is_counted_and_avoids_nothing() -> None:
    (without,) = total(enter([slept(2, 1, cost=None)], MONTH))
    assert (without.currency, without.sleeps, without.avoided, without.unpriced) == ("", 1, 0, 1)


def test_a_namespace_in_which_only_some_have_a_price_is_one_entry() -> None:
    names = [("dev-a", "x", COST), ("dev-a", "y", None), ("dev-b", "z", None)]
    sleeps = [slept(2, 1, ref=WorkloadRef(namespace=where, name=name), cost=cost) for where, name, cost in names]
    made = [(each.namespace, each.currency, each.sleeps, each.unpriced) for each in group(enter(sleeps, MONTH))]
    assert made == [("dev-a", "USD", 2, 1), ("dev-b", "", 1, 1)]


def test_currencies_are_summed_apart_and_what_has_no_price_stands_in_the_first() -> None:
    euros, dollars = total(enter([slept(2, 1, cost=None), slept(4, 3), slept(6, 5, cost=EUROS)], MONTH))
    assert (euros.currency, euros.sources, euros.sleeps, euros.unpriced) == ("EUR", ("OpenCost",), 2, 1)
    assert (dollars.currency, dollars.sleeps, dollars.unpriced) == ("USD", 1, 0)


@pytest.mark.parametrize(
    ("sleeps", "start", "end"),
    [
        pytest.param([slept(10, 6), slept(10, 2, pause_id="p-10")], 10, 2, id="lost, and ended by another"),
        pytest.param([slept(10, 6), slept(10, pause_id="p-10")], 10, None, id="lost, and it goes on"),
        pytest.param([slept(9, 2, pause_id="p"), slept(10, 6, pause_id="p")], 10, 2, id="told twice"),
    ],
)
def test_a_sleep_that_two_remember_counts_once(sleeps: list[Slept], start: float, end: float | None) -> None:
    (merged,) = merge(sleeps)
    assert (merged.start, merged.end) == (ago(start), None if end is None else ago(end))


def test_sleeps_of_two_pauses_or_without_a_name_are_kept_apart() -> None:
    assert len(merge([slept(10, 6), slept(5, 3), slept(2, 1, pause_id=""), slept(2, 1, pause_id="")])) == 4
