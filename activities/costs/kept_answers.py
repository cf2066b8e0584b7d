"""What a worker remembers of the answers it believed, to hold the next one against. It dies with the worker: a new one
holds an answer against the price list alone until it has believed its first.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from statistics import median
from typing import TypeVar

from policies.costs.doubts import Doubt
from policies.costs.opencost.question import AllocationWindow
from policies.costs.opencost.summary import Before, Judged, count_expected
from policies.costs.opencost.unit_prices import UnitPrice
from policies.keys import WorkloadKey

DAYS = 7
"""Of a price, one sample of each of the last days is kept; the median of those is what it cost so far."""
CONFIRMED_AFTER = 24
"""Windows, each an hour after the last. What has stayed odd for that long is taken as normal."""

_BY_MEMORY = frozenset({Doubt.FEWER_ROWS, Doubt.FEWER_NAMESPACES, Doubt.PRICE_JUMPED})
_ABSENT = -1.0
_PER_DAY = 2

_OddT = TypeVar("_OddT", WorkloadKey, Doubt)


class CostMemory:
    """Prices of the last days, for each workload and in the middle of all, and what the last good answer held."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._day: date | None = None
        self._prices: dict[WorkloadKey, array[float]] = {}
        """Core and GiB in turn, oldest first; an array takes a tenth of what a list of tuples would."""
        self._middle: array[float] = array("d")
        self._seen: frozenset[WorkloadKey] = frozenset()
        self._others: Mapping[str, int] = {}
        self._odd: dict[WorkloadKey | Doubt, tuple[int, AllocationWindow]] = {}

    def before(self, running: Collection[WorkloadKey]) -> Before | None:
        """What to expect of the next answer, with these workloads running; None before the first good one."""
        if self._day is None:
            return None
        rows, namespaces = count_expected(self._seen, self._others, running)
        return Before(rows=rows, namespaces=namespaces, middle=_median(self._middle), price_of=self._price_of)

    def learn(self, window: AllocationWindow, judged: Judged) -> None:
        """Learn from an answer that was believed. What has been odd about a workload for long enough is taken as
        normal.
        """
        self._seen = frozenset((*judged.amounts, *judged.doubts))
        self._others = judged.others
        jumped = {name for name, objection in judged.doubts.items() if objection.doubt is Doubt.PRICE_JUMPED}
        confirmed = self._count(window, jumped)
        for name in confirmed:
            self._prices.pop(name, None)
        self._sample(window, judged)

    def doubt(self, window: AllocationWindow, doubt: Doubt) -> None:
        """Note that an answer was not believed. Where that is because of what is remembered, the memory is dropped
        after long enough.
        """
        if self._count(window, [doubt] if doubt in _BY_MEMORY else []):
            self._forget()

    def _sample(self, window: AllocationWindow, judged: Judged) -> None:
        """One sample a day of what is there. What is not in the answer any more is forgotten, except what is odd."""
        day = window.end.date()
        if day != self._day:
            self._day = day
            self._middle = _append(self._middle, judged.middle)
            kept = {name: prices for name, prices in self._prices.items() if name in judged.doubts}
            sampled = {
                name: _append(self._prices.get(name, array("d")), price) for name, price in judged.prices.items()
            }
            self._prices = kept | sampled
            return
        for name, price in judged.prices.items():
            if name not in self._prices:
                self._prices[name] = _append(array("d"), price)

    def _count(self, window: AllocationWindow, odd: Iterable[_OddT]) -> list[_OddT]:
        """Count one more window for each of these and forget the others. Returns those that have been odd for long
        enough.
        """
        counted: dict[_OddT, tuple[int, AllocationWindow]] = {}
        for one in odd:
            count, last = self._odd.get(one, (0, None))
            counted[one] = (count + (window != last), window)
        confirmed = [one for one, (count, _) in counted.items() if count >= CONFIRMED_AFTER]
        self._odd = {one: each for one, each in counted.items() if one not in confirmed}
        return confirmed

    def _price_of(self, workload: WorkloadKey) -> UnitPrice | None:
        samples = self._prices.get(workload)
        return None if samples is None else _median(samples)


def _append(samples: "array[float]", price: UnitPrice) -> "array[float]":
    added = array("d", (_ABSENT if price.core is None else price.core, _ABSENT if price.gib is None else price.gib))
    return (samples + added)[-_PER_DAY * DAYS :]


def _median(samples: "array[float]") -> UnitPrice:
    cores, gibs = ([price for price in samples[each::_PER_DAY] if price != _ABSENT] for each in range(_PER_DAY))
    return UnitPrice(core=median(cores) if cores else None, gib=median(gibs) if gibs else None)
