"""An answer as a whole: what its rows come to, and what an earlier one lets expect of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from policies.costs.doubts import Objection
from policies.costs.opencost.rows import Usage
from policies.costs.opencost.unit_prices import UnitPrice
from policies.keys import WorkloadKey


@dataclass(frozen=True)
class Summary:
    """What the rows of an answer come to. Those of idle capacity, and of other clusters, are left out."""

    rows: int = 0
    named: int = 0
    """Rows that say their namespace, the kind and the name of their controller."""
    half_named: int = 0
    """Rows that say one of kind and name, and not the rest."""
    clusters: int = 0
    """How many clusters they are of; two stand for more."""
    namespaces: int = 0
    consuming: int = 0
    """Rows of more than a volume, with figures that can be read."""
    used: int = 0
    """Those of them that show any usage."""
    cost: float = 0.0
    unallocated: float = 0.0
    """The part of the cost that belongs to no controller."""


@dataclass(frozen=True)
class Judged:
    """A whole answer that is believed, workload by workload."""

    summary: Summary
    amounts: Mapping[WorkloadKey, float]
    """What a sleep saves an hour, where that is believed."""
    doubts: Mapping[WorkloadKey, Objection]
    """Why the others are not."""
    usages: Mapping[WorkloadKey, Usage]
    """The CPU they used, of those that have an amount."""
    prices: Mapping[WorkloadKey, UnitPrice]
    """The prices behind the amounts."""
    middle: UnitPrice
    """Their medians."""
    others: Mapping[str, int]
    """How many rows of anything else there are in each namespace."""


@dataclass(frozen=True)
class Before:
    """What earlier answers let expect of the next one."""

    rows: int
    namespaces: int
    middle: UnitPrice
    price_of: Callable[[WorkloadKey], UnitPrice | None]
    """The price that a workload's figures implied so far."""


def count_expected(
    seen: Collection[WorkloadKey], others: Mapping[str, int], running: Collection[WorkloadKey]
) -> tuple[int, int]:
    """How many rows and namespaces to expect where an earlier answer had these.

    Workloads that do not run any more leave the answer when the window has passed over them: a whole cluster that
    went to sleep on Friday is no error of Sunday's answer.
    """
    still = [key for key in seen if key in running]
    namespaces = {key.namespace for key in still} | set(others)
    return len(still) + sum(others.values()), len(namespaces)
