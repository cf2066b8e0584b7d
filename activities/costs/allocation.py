"""The rows of an OpenCost answer, read with suspicion.

An answer with status 200 may be an error, hold nothing, or hold figures that cannot be. Each rule stands for a
failure that was seen on a running server.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from policies.times import from_rfc3339, to_rfc3339

LEAST_MINUTES = 60
"""Rows lie on a 5-minute grid: below an hour a rate may be off by more than 8 %."""

_FREED = ("cpuCost", "ramCost", "gpuCost")
"""What a sleeping workload stops costing. Volumes and load balancers go on."""
_KEPT = ("pvCost", "networkCost", "loadBalancerCost")
_UNADJUSTED = ("sharedCost", "externalCost")
_RELATIVE_ROUNDING = 0.005
_ROUNDING = 0.001

Row = Mapping[str, Any]


class InvalidAnswer(ValueError):
    """The whole answer breaks a rule."""

    def __init__(self, rule: str, detail: str) -> None:
        self.rule = rule
        self.detail = detail
        super().__init__(f"{rule}: {detail}")


class InvalidRow(ValueError):
    """A row breaks a rule; the text says which."""


@dataclass(frozen=True)
class Window:
    """The span that is asked for: whole hours, in the past."""

    start: datetime
    end: datetime

    @classmethod
    def before(cls, end: datetime, length: timedelta) -> "Window":
        """The window of this length that ends with the last full hour."""
        last = end.replace(minute=0, second=0, microsecond=0)
        return cls(last - length, last)

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.end - self.start) / timedelta(minutes=1)

    def __str__(self) -> str:
        """As every build of OpenCost reads it: whole seconds and `Z`."""
        return f"{to_rfc3339(self.start)},{to_rfc3339(self.end)}"


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    code: int
    data: list[dict[str, dict[str, Any]] | None] | None = None


def read_rows(body: bytes) -> tuple[Row, ...]:
    """The rows of an answer with HTTP status 200. Raises InvalidAnswer where it is none, or holds nothing at all."""
    try:
        envelope = _Envelope.model_validate_json(body)
    except ValidationError as error:
        raise InvalidAnswer("envelope", f"it is not an allocation answer ({error.errors()[0]['type']})") from None
    if envelope.code != HTTPStatus.OK:
        raise InvalidAnswer("code", f"it says code {envelope.code}")
    sets = envelope.data or []
    if len(sets) > 1:
        raise InvalidAnswer("accumulate", f"it has {len(sets)} sets of rows, not one")
    rows = tuple((sets[0] or {}).values()) if sets else ()
    if not any(deployment_of(row) for row in rows):
        raise InvalidAnswer("no data", "no row is of a Deployment; is Prometheus up, and does it have data?")
    return rows


def deployment_of(row: Row) -> str | None:
    """`namespace/name` of the Deployment a row is of, or None. Never read from its key, which other kinds share."""
    properties = row.get("properties")
    if not isinstance(properties, Mapping) or properties.get("controllerKind") != "deployment":
        return None
    namespace, name = properties.get("namespace"), properties.get("controller")
    return f"{namespace}/{name}" if namespace and name else None


def read_hourly_amount(row: Row, window: Window) -> float:
    """CPU, memory and GPU of an hour, from a row about this window. Raises InvalidRow."""
    minutes = _number(row, "minutes")
    _check_span(row, minutes, window)
    freed = _sum_adjusted(row, _FREED)
    total, parts = _number(row, "totalCost"), freed + _sum_adjusted(row, _KEPT, default=0.0)
    parts += sum(_number(row, name, default=0.0) for name in _UNADJUSTED)
    if abs(total - parts) > max(_ROUNDING, _RELATIVE_ROUNDING * abs(total)):
        raise InvalidRow(f"its totalCost {total:g} is not the sum of its parts, {parts:g}")
    if freed < 0:
        raise InvalidRow(f"it costs less than nothing ({freed:g})")
    if minutes < LEAST_MINUTES:
        raise InvalidRow(f"it has been seen for {minutes:g} minutes, and a rate needs {LEAST_MINUTES}")
    return freed / (minutes / 60)


def _sum_adjusted(row: Row, names: tuple[str, ...], default: float | None = None) -> float:
    return sum(_number(row, name, default) + _number(row, f"{name}Adjustment", 0.0) for name in names)


def _number(row: Row, name: str, default: float | None = None) -> float:
    value = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidRow(f"its {name} is not a number")
    return float(value)


def _check_span(row: Row, minutes: float, window: Window) -> None:
    try:
        start, end = from_rfc3339(row["start"]), from_rfc3339(row["end"])
    except (KeyError, TypeError, ValueError):
        raise InvalidRow("its start and end are not times") from None
    if start < window.start or end > window.end:
        raise InvalidRow("it lies outside the window that was asked for")
    if not 0 < minutes <= window.minutes:
        raise InvalidRow(f"its {minutes:g} minutes do not fit into the window")
