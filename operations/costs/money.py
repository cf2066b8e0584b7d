"""Sums of hourly costs, as what is spent and as what sleep would save of it."""

from collections.abc import Iterable, Mapping

from policies.calendar.allowance import Allowance
from policies.calendar.foreseen import saved_per_month
from policies.checks.decision import Decision
from policies.costs.cost import HourlyCost
from policies.costs.savings import cost_per_month
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.wording import amount


class Sum(Frozen):
    """A sum of hourly costs, by currency and source, and how many had no figure."""

    hourly: float = 0
    currency: str = ""
    source: str = ""
    unknown: int = 0


class Spending(Sum):
    """What workloads cost that run."""

    per_month: float = 0
    """Running throughout."""


class ForeseenSaving(Sum):
    """What sleep would save of it: `hourly` while all of them sleep."""

    per_month_by_calendar: float = 0
    """At most: as many hours as the policies allow."""
    allowance: Allowance | None = None
    """What the one policy allows; None where several are counted together."""


def add_costs(costs: Iterable[HourlyCost | None]) -> Spending:
    """The sum of these costs. A source speaks one currency, so its name and currency are those of the first."""
    asked = tuple(costs)
    known = [cost for cost in asked if cost is not None]
    return Spending(**_sum(asked).model_dump(), per_month=sum(map(cost_per_month, known)))


def add_savings(pauses: Iterable[Decision], allowance: Allowance) -> ForeseenSaving:
    """What these pauses of one policy would save."""
    base = _sum([decision.cost for decision in pauses])
    return ForeseenSaving(
        **base.model_dump(), per_month_by_calendar=saved_per_month(base.hourly, allowance), allowance=allowance
    )


def add_savings_of_all(pauses: Iterable[Decision], allowances: Mapping[WorkloadKey, Allowance]) -> ForeseenSaving:
    """What pauses of several policies would save, each Deployment by what its own policies allow together."""
    counted = tuple(pauses)
    return ForeseenSaving(
        **_sum([decision.cost for decision in counted]).model_dump(),
        per_month_by_calendar=sum(
            saved_per_month(decision.cost.amount, allowances[decision.ref.key])
            for decision in counted
            if decision.cost is not None
        ),
    )


def describe_spending(money: Spending) -> str:
    """Hourly and monthly, always as the estimate that it is."""
    month = f"{amount(money.per_month, money.currency)} a month running throughout"
    return _describe(money, f"an hour, {month}")


def describe_foreseen(saving: ForeseenSaving) -> str:
    """The rate asleep, and a month by the calendar, always as the estimate that it is."""
    hours = "" if saving.allowance is None else f" at {saving.allowance}"
    month = f"up to {amount(saving.per_month_by_calendar, saving.currency)} a month{hours}"
    return _describe(saving, f"an hour asleep, {month}")


def _sum(costs: Iterable[HourlyCost | None]) -> Sum:
    asked = tuple(costs)
    known = [cost for cost in asked if cost is not None]
    return Sum(
        hourly=sum(cost.amount for cost in known),
        currency=known[0].currency if known else "",
        source=known[0].source if known else "",
        unknown=len(asked) - len(known),
    )


def _describe(money: Sum, what: str) -> str:
    if not money.currency:
        return "an unknown amount (no cost is known)" if money.unknown else "nothing"
    unknown = f"; the cost of {money.unknown:,} is unknown" if money.unknown else ""
    return f"{amount(money.hourly, money.currency, places=4)} {what} (estimate, {money.source}{unknown})"
