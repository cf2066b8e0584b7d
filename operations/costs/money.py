"""Sums of hourly costs."""

from collections.abc import Iterable

from policies.checks.decision import Decision
from policies.costs.cost import HourlyCost
from policies.costs.savings import up_to_per_month
from policies.models import Frozen
from policies.wording import amount


class Money(Frozen):
    """A sum of hourly costs, by currency and source, and how many had no figure."""

    hourly: float = 0
    up_to_per_month: float = 0
    currency: str = ""
    source: str = ""
    unknown: int = 0


def add_up(decisions: Iterable[Decision]) -> Money:
    """The costs of these decisions."""
    return add_costs(decision.cost for decision in decisions)


def add_costs(costs: Iterable[HourlyCost | None]) -> Money:
    """The sum of these costs. A source speaks one currency, so its name and currency are those of the first."""
    asked = tuple(costs)
    known = [cost for cost in asked if cost is not None]
    return Money(
        hourly=sum(cost.amount for cost in known),
        up_to_per_month=sum(up_to_per_month(cost) for cost in known),
        currency=known[0].currency if known else "",
        source=known[0].source if known else "",
        unknown=len(asked) - len(known),
    )


def describe_money(money: Money) -> str:
    """Hourly and monthly, always as the estimate that it is."""
    if not money.currency:
        return "an unknown amount (no cost is known)" if money.unknown else "nothing"
    unknown = f"; the cost of {money.unknown:,} is unknown" if money.unknown else ""
    return (
        f"{amount(money.hourly, money.currency, places=4)} an hour, "
        f"up to {amount(money.up_to_per_month, money.currency)} a month (estimate, {money.source}{unknown})"
    )
