"""Sums of hourly costs."""

from collections.abc import Iterable

from policies.evaluation import Decision
from policies.models import Frozen
from policies.savings import up_to_per_month


class Money(Frozen):
    """A sum of hourly costs, by currency and source, and how many had no figure."""

    hourly: float = 0
    up_to_per_month: float = 0
    currency: str = ""
    source: str = ""
    unknown: int = 0


def add_up(decisions: Iterable[Decision]) -> Money:
    """The costs of these decisions. A source speaks one currency, so its name and currency are those of the first."""
    costs = [decision.cost for decision in decisions]
    known = [cost for cost in costs if cost is not None]
    return Money(
        hourly=sum(cost.amount for cost in known),
        up_to_per_month=sum(up_to_per_month(cost) for cost in known),
        currency=known[0].currency if known else "",
        source=known[0].source if known else "",
        unknown=len(costs) - len(known),
    )
