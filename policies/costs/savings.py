"""What a sleep saves. Always an estimate: freed requests save nothing until a node goes.

Only CPU, memory and GPU count, at the rate frozen when the workload was paused; volumes and load balancers go on
costing. A month is 730 hours, as in OpenCost.
"""

from datetime import datetime, timedelta

from policies.costs.cost import HourlyCost, Requests
from policies.models import Frozen
from policies.wording import amount

HOURS_PER_MONTH = 730.0
HOURS_PER_DAY = 24.0
_HOUR = timedelta(hours=1)


class Saving(Frozen):
    """The three figures of one sleeping workload, in the currency of its price source."""

    hourly: float
    up_to_per_month: float
    avoided_so_far: float
    currency: str
    source: str


def saved_per_day(cost: HourlyCost) -> float:
    """What a whole day asleep avoids."""
    return cost.amount * HOURS_PER_DAY


def up_to_per_month(cost: HourlyCost) -> float:
    """The upper bound: asleep through a whole month."""
    return cost.amount * HOURS_PER_MONTH


def avoided_between(cost: HourlyCost, start: datetime, end: datetime) -> float:
    """What these hours at zero avoided; an end before the start avoided nothing."""
    return cost.amount * (max(end - start, timedelta(0)) / _HOUR)


def saving_of(cost: HourlyCost, asleep_since: datetime, now: datetime) -> Saving:
    """The saving of a workload asleep since then. Time before the start counts as nothing."""
    return Saving(
        hourly=cost.amount,
        up_to_per_month=up_to_per_month(cost),
        avoided_so_far=avoided_between(cost, asleep_since, now),
        currency=cost.currency,
        source=cost.source,
    )


def describe_saving(cost: HourlyCost, freed: Requests | None) -> str:
    """The rate of a sleep, and what it frees where that is known, in a sentence."""
    frees = "" if freed is None or freed.nothing else f" It frees {freed}."
    return (
        f"Saves up to {amount(saved_per_day(cost), cost.currency)} a day, {amount(up_to_per_month(cost))} a month "
        f"(estimate, {cost.source}); volumes and load balancers go on costing.{frees}"
    )
