"""What all that is asleep saves, by currency: from what is known of each."""

from collections import defaultdict
from collections.abc import Iterable

from activities.hibernation.listing import ListedHibernation
from operations.standing.standing import WorkloadStanding
from policies.models import Frozen
from policies.sleep.messages import SAVING_PHASES
from policies.wording import amount


class SavedNow(Frozen):
    """What sleepers save whose prices are in one currency."""

    per_hour: float = 0
    """While all of them sleep."""
    currency: str = ""
    sleepers: int = 0
    without_price: int = 0
    """How many of these have none, so that what they save is not known."""


def add_up_sleepers(hibernations: Iterable[ListedHibernation | WorkloadStanding]) -> tuple[SavedNow, ...]:
    """A sum for each currency. Those without a price stand in the first, or alone where there is no other."""
    rates: dict[str, list[float]] = defaultdict(list)
    without = 0
    for each in hibernations:
        if each.phase not in SAVING_PHASES:
            continue
        if each.saved_per_hour is None:
            without += 1
        else:
            rates[each.currency].append(each.saved_per_hour)
    sums = [
        SavedNow(per_hour=sum(rates[currency]), currency=currency, sleepers=len(rates[currency]))
        for currency in sorted(rates)
    ]
    if not without:
        return tuple(sums)
    first, *others = sums or [SavedNow()]
    return (first.replace(sleepers=first.sleepers + without, without_price=without), *others)


def describe_saved_now(savings: Iterable[SavedNow]) -> str:
    """`0.8452 USD an hour`, and of how many that is not known; empty where nothing sleeps."""
    return ", ".join(map(_describe, savings))


def describe_rate(each: WorkloadStanding) -> str:
    """What one of them saves an hour."""
    return "unknown" if each.saved_per_hour is None else amount(each.saved_per_hour, each.currency, places=4)


def _describe(saved: SavedNow) -> str:
    if saved.without_price == saved.sleepers:
        return "unknown"
    known = f"{amount(saved.per_hour, saved.currency, places=4)} an hour"
    return f"{known} ({saved.without_price} of them without a price)" if saved.without_price else known
