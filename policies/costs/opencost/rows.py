"""One row of an answer: whose it is, and its figures, each checked to be a number."""

import math
from datetime import datetime
from typing import Any, NamedTuple

from policies.costs.cost import GIB
from policies.costs.doubts import Doubt, NotBelieved
from policies.costs.opencost.envelope import RawRow
from policies.keys import WorkloadKey
from policies.kinds import KIND_NAMES
from policies.times import from_rfc3339

IDLE = "__idle__"
"""The key of what no workload uses; the one row in which negative figures are known."""

_FREED = ("cpuCost", "ramCost", "gpuCost")
"""What a sleeping workload stops costing. Volumes and load balancers go on."""
_KEPT = ("pvCost", "networkCost", "loadBalancerCost")
_UNADJUSTED = ("sharedCost", "externalCost")
_QUANTITIES = ("cpuCores", "cpuCoreHours", "ramBytes", "ramByteHours", "gpuHours")
_USAGES = ("cpuCoreUsageAverage", "ramByteUsageAverage")
_NEEDED = ("minutes", "totalCost", *_FREED, *_QUANTITIES, *_USAGES)


class Owner(NamedTuple):
    """Whose row it is, as its properties say; never read from its key, which other kinds share."""

    cluster: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""

    @property
    def workload(self) -> WorkloadKey | None:
        """Which workload it is, where it is of a kind that can sleep."""
        is_known = self.kind in KIND_NAMES and self.namespace and self.name
        return WorkloadKey(self.namespace, self.name, self.kind) if is_known else None


class Usage(NamedTuple):
    """The CPU that a workload used: cores, on average over so many minutes."""

    cores: float
    minutes: float


class RowFigures(NamedTuple):
    """The figures of a row. Costs and hours are of its whole span; cores, GiB and usage (cores, bytes) are averages."""

    start: datetime
    end: datetime
    minutes: float
    total: float
    cpu_cost: float
    ram_cost: float
    gpu_cost: float
    cores: float
    gib: float
    core_hours: float
    gib_hours: float
    gpu_hours: float
    cpu_usage: float
    ram_usage: float
    freed: float
    """CPU, memory and GPU with their adjustments: what a sleep saves."""
    parts: float
    """The sum of everything the total is made of."""

    @property
    def hourly(self) -> float:
        """What a sleep saves an hour, over the time that the row was seen: never over the whole window."""
        return self.freed / (self.minutes / 60)

    @property
    def usage(self) -> Usage:
        """What it used."""
        return Usage(self.cpu_usage, self.minutes)

    @property
    def consumes(self) -> bool:
        """Whether it holds anything but volumes."""
        return self.core_hours > 0 or self.gib_hours > 0


def read_owner(row: RawRow) -> Owner:
    """Whose row it is; what is missing or mixed is empty."""
    properties = row.get("properties")
    if not isinstance(properties, dict):
        return Owner()
    words = (properties.get(name) for name in ("cluster", "namespace", "controllerKind", "controller"))
    return Owner(*(word if isinstance(word, str) else "" for word in words))


def read_figures(row: RawRow) -> RowFigures:
    """The figures of a row. Raises NotBelieved: one that is missing is not zero."""
    number = {name: _number(row, name) for name in _NEEDED}
    freed = sum(number[name] + _number(row, f"{name}Adjustment", 0.0) for name in _FREED)
    kept = sum(_number(row, name, 0.0) + _number(row, f"{name}Adjustment", 0.0) for name in _KEPT)
    return RowFigures(
        start=_instant(row, "start"),
        end=_instant(row, "end"),
        minutes=number["minutes"],
        total=number["totalCost"],
        cpu_cost=number["cpuCost"],
        ram_cost=number["ramCost"],
        gpu_cost=number["gpuCost"],
        cores=number["cpuCores"],
        gib=number["ramBytes"] / GIB,
        core_hours=number["cpuCoreHours"],
        gib_hours=number["ramByteHours"] / GIB,
        gpu_hours=number["gpuHours"],
        cpu_usage=number["cpuCoreUsageAverage"],
        ram_usage=number["ramByteUsageAverage"],
        freed=freed,
        parts=freed + kept + sum(_number(row, name, 0.0) for name in _UNADJUSTED),
    )


def _number(row: RawRow, name: str, default: float | None = None) -> float:
    value: Any = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotBelieved(Doubt.NOT_A_NUMBER, f"its {name} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise NotBelieved(Doubt.NOT_A_NUMBER, f"its {name} is not a number")
    return number


def _instant(row: RawRow, name: str) -> datetime:
    try:
        return from_rfc3339(row[name])
    except (KeyError, TypeError, ValueError):
        raise NotBelieved(Doubt.OUTSIDE_WINDOW, f"its {name} is not a time") from None
