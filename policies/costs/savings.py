"""What a sleep saves. Always an estimate: freed requests save nothing until a node goes.

Only CPU, memory and GPU count, at the rate frozen when the workload was paused; volumes and load balancers go on
costing. What a month of sleep saves depends on the calendar: `policies/calendar/foreseen.py`.
"""

from datetime import datetime, timedelta

from policies.costs.cost import HourlyCost
from policies.models import Frozen

HOURS_PER_MONTH = 730.0
"""As in OpenCost: a year of 8,760 hours by twelve."""
HOURS_PER_DAY = 24.0
_HOUR = timedelta(hours=1)


class SleepRate(Frozen):
    """What a sleeper saves, as far as that is known."""

    saved_per_day_asleep: float | None = None
    """For 24 hours of sleep, while it is asleep; None where no price is known."""
    currency: str = ""
    """Of that figure; empty where it is not known."""

    @property
    def saved_per_hour(self) -> float | None:
        """What it saves while it sleeps; None where no price is known."""
        return None if self.saved_per_day_asleep is None else self.saved_per_day_asleep / HOURS_PER_DAY


def saved_per_day_asleep(cost: HourlyCost) -> float:
    """What 24 hours of sleep avoid, however many nights they take."""
    return cost.amount * HOURS_PER_DAY


def cost_per_month(cost: HourlyCost) -> float:
    """What a workload costs that runs throughout a month."""
    return cost.amount * HOURS_PER_MONTH


def avoided_between(cost: HourlyCost, start: datetime, end: datetime) -> float:
    """What these hours at zero avoided; an end before the start avoided nothing."""
    return cost.amount * (max(end - start, timedelta(0)) / _HOUR)
