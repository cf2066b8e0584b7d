"""The price of a core-hour and of a GiB-hour, as the figures of a row imply it.

A cost can rise because more is used or because the price is wrong. The price alone tells which: it catches what an
answer cannot hide (730 times too much, all zero, another currency) without knowing what the workload does.
"""

from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from policies.costs.opencost.rows import RowFigures
from policies.costs.prices import Rates

TINY = 0.001
"""A cost this small has too few of its five decimals left to divide by."""

JUMP = 3.0
"""More than so many times, or less than that part of what it was, is a jump."""

_BANDS = {"core": (0.0005, 0.5), "GiB": (0.0001, 0.05), "GPU": (0.02, 50.0)}
"""What an hour of each may cost where the reference is the built-in list: from the cheapest spot core to sixteen times
the list price of one on demand, and likewise for the others."""
_BUILT_IN = Rates()


class UnitPrice(NamedTuple):
    """What an hour of a core, a GiB and a GPU cost; None where the row is too small to tell, or has none of it."""

    core: float | None = None
    gib: float | None = None
    gpu: float | None = None


def unit_price(figures: RowFigures, reference: Rates) -> UnitPrice:
    """The prices that a row's figures imply."""
    return UnitPrice(
        core=_divide(figures.cpu_cost, figures.core_hours, reference.cpu_core),
        gib=_divide(figures.ram_cost, figures.gib_hours, reference.memory_gib),
        gpu=_divide(figures.gpu_cost, figures.gpu_hours, reference.gpu),
    )


def object_to_price(price: UnitPrice, reference: Rates) -> str:
    """What of a price lies outside the band around the reference, in a sentence; empty where nothing does."""
    for what, value, expected, built_in in (
        ("core", price.core, reference.cpu_core, _BUILT_IN.cpu_core),
        ("GiB", price.gib, reference.memory_gib, _BUILT_IN.memory_gib),
        ("GPU", price.gpu, reference.gpu, _BUILT_IN.gpu),
    ):
        scale = expected / built_in if expected > 0 else 1.0
        low, high = (bound * scale for bound in _BANDS[what])
        if value is not None and not low <= value <= high:
            return f"by its figures an hour of a {what} costs {value:.6g}, not between {low:.6g} and {high:.6g}"
    return ""


def object_to_jump(now: UnitPrice, before: UnitPrice) -> str:
    """Which price has jumped against what it was, in a sentence; empty where none has."""
    for what, value, earlier in (("core", now.core, before.core), ("GiB", now.gib, before.gib)):
        if value is not None and earlier is not None and not earlier / JUMP <= value <= earlier * JUMP:
            return f"by its figures an hour of a {what} costs {value:.6g}, and it cost {earlier:.6g} so far"
    return ""


def middle_price(prices: Iterable[UnitPrice]) -> UnitPrice:
    """The median of each price, over those that can be told."""
    known = tuple(prices)
    cores = [price.core for price in known if price.core is not None]
    gibs = [price.gib for price in known if price.gib is not None]
    return UnitPrice(core=median(cores) if cores else None, gib=median(gibs) if gibs else None)


def _divide(cost: float, quantity: float, expected: float) -> float | None:
    """The price of one; None where it is too small to tell, infinite where something costs although nothing was
    used.
    """
    if cost < TINY and quantity * expected < TINY:
        return None
    return cost / quantity if quantity > 0 else float("inf")
