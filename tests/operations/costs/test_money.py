"""Sums of money, as what is spent and as what sleep would save of it."""

import pytest
from cases import COST, workload

from operations.costs.money import add_costs, add_savings, add_savings_of_all, describe_foreseen, describe_spending
from policies.calendar.allowance import Allowance
from policies.checks.decision import Decision
from policies.checks.reasons import Reason
from policies.costs.cost import HourlyCost

NIGHTS = Allowance(share=103 / 168)
DEAR = COST.replace(amount=4.444)


def pause(name: str, cost: HourlyCost | None = DEAR) -> Decision:
    return Decision(
        policy="nights", ref=workload(name=name).ref, replicas=3, reason=Reason.PAUSE, sentence="", cost=cost
    )


def test_a_saving_is_a_rate_and_a_month_by_the_calendar() -> None:
    saving = add_savings([pause("a")], NIGHTS)
    assert (saving.hourly, saving.currency, saving.unknown) == (4.444, "USD", 0)
    assert saving.per_month_by_calendar == pytest.approx(4.444 * 730 * 103 / 168)
    assert describe_foreseen(saving) == (
        "4.4440 USD an hour asleep, up to 1,988.95 USD a month at 103 of 168 hours a week by its calendar "
        "(estimate, price list)"
    )


def test_each_is_saved_by_what_its_own_policies_allow() -> None:
    pauses = [pause("a"), pause("b"), pause("c", cost=None)]
    halves = {each.ref.key: Allowance(share=share) for each, share in zip(pauses, (0.5, 1, 1), strict=True)}
    saving = add_savings_of_all(pauses, halves)
    assert saving.per_month_by_calendar == pytest.approx(1.5 * 4.444 * 730)
    assert describe_foreseen(saving) == (
        "8.8880 USD an hour asleep, up to 4,866.18 USD a month (estimate, price list; the cost of 1 is unknown)"
    )


def test_what_runs_costs_a_month_throughout() -> None:
    assert describe_spending(add_costs([DEAR])) == (
        "4.4440 USD an hour, 3,244.12 USD a month running throughout (estimate, price list)"
    )


@pytest.mark.parametrize(
    ("costs", "words"), [((), "nothing"), ((None,), "an unknown amount (no cost is known)")], ids=["none", "unknown"]
)
def test_where_no_cost_is_known_it_says_so(costs: tuple[None, ...], words: str) -> None:
    assert describe_spending(add_costs(costs)) == words
    pauses = [pause("a", cost=None) for _ in costs]
    assert describe_foreseen(add_savings(pauses, NIGHTS)) == words
