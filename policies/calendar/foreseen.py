"""What sleep is going to save: its rate while it lasts, and a month of it by the calendar of its policy.

docs/costs.md has a table of every figure, and how it is reckoned.
"""

from policies.calendar.allowance import Allowance
from policies.costs.cost import HourlyCost, Requests
from policies.costs.savings import HOURS_PER_MONTH
from policies.wording import amount


def saved_per_month(hourly: float, allowance: Allowance) -> float:
    """What sleep saves in a month at most: its rate for as many hours as its policy allows."""
    return hourly * HOURS_PER_MONTH * allowance.share


def describe_month(hourly: float, currency: str, allowance: Allowance) -> str:
    """The same, with what it rests on: `up to 1,989.00 USD a month at 103 of 168 hours a week by its calendar`."""
    return f"up to {amount(saved_per_month(hourly, allowance), currency)} a month at {allowance}"


def describe_saving(cost: HourlyCost, allowance: Allowance | None, freed: Requests | None) -> str:
    """The rate of a sleep, what a month of its policy comes to, and what it frees, where these are known."""
    month = "" if allowance is None else f", {describe_month(cost.amount, cost.currency, allowance)}"
    frees = "" if freed is None or freed.nothing else f" It frees {freed}."
    return (
        f"Saves {amount(cost.amount, cost.currency, places=4)} an hour asleep{month} (estimate, {cost.source}); "
        f"volumes and load balancers go on costing.{frees}"
    )
