"""What a sleep saves. Always an estimate: freed requests save nothing until a node goes.

Only CPU, memory and GPU count, at the rate frozen when the workload was paused; volumes and load balancers go on
costing. A month is 730 hours, as in OpenCost.
"""

from datetime import datetime, timedelta

from policies.costs import HourlyCost
from policies.models import Frozen

HOURS_PER_MONTH = 730.0
HOURS_PER_DAY = 24.0


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


def saving_of(cost: HourlyCost, asleep_since: datetime, now: datetime) -> Saving:
    """The saving of a workload asleep since then. Time before the start counts as nothing."""
    asleep = max(now - asleep_since, timedelta(0))
    return Saving(
        hourly=cost.amount,
        up_to_per_month=up_to_per_month(cost),
        avoided_so_far=cost.amount * asleep / timedelta(hours=1),
        currency=cost.currency,
        source=cost.source,
    )
