"""Faults as data: `W2=lost W3=killed` is a case, and the line that replays it."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from faults.points import Point

_FAULT = re.compile(r"([A-Z0-9]+)(?:#(\d+))?=([-a-z0-9]+)")


class Kind(StrEnum):
    """What happens to a request, and to the report of the activity that sent it."""

    KILLED = "killed"
    """The worker dies before it is sent: nothing arrives, nothing is reported."""
    DROPPED = "dropped"
    """It never arrives."""
    LOST = "lost"
    """It is carried out, and the answer is lost."""
    LATE = "late"
    """It is given up, and carried out 33 s later: the API server's own bound is 34 s."""
    ACKED_KILLED = "acked-killed"
    """It is carried out and answered, and the worker dies before it reports."""
    TERMINATED = "terminated"
    """The worker is told to stop while it waits for the answer. Only where it is a process of its own."""
    LATE_1 = "late-1"
    LATE_NEXT = "late-next"
    """It is given up, and carried out right after the next write to the same workload."""
    DELAY_1 = "delay-1"
    DELAY_35 = "delay-35"
    """It is carried out and answered 35 s later: the client has given up by then."""
    TWICE = "twice"
    """It is carried out twice, as by a proxy that retries."""
    RESET = "reset"
    HALF = "half"
    """It is carried out, and half of the answer arrives."""
    E400 = "400"
    E401 = "401"
    E403 = "403"
    E404 = "404"
    E409 = "409"
    E422 = "422"
    E429 = "429"
    E500 = "500"
    E503 = "503"
    E504 = "504"
    STALE_1 = "stale-1"
    """A read answers the state before the last change of ours."""
    STALE_2 = "stale-2"
    STALE_ALL = "stale-all"
    """A read answers the first state that there ever was."""


CRASHES = (Kind.KILLED, Kind.DROPPED, Kind.LOST, Kind.LATE, Kind.ACKED_KILLED)
"""The five ways a write can end other than well."""
STATUSES = (
    Kind.E400,
    Kind.E401,
    Kind.E403,
    Kind.E404,
    Kind.E409,
    Kind.E422,
    Kind.E429,
    Kind.E500,
    Kind.E503,
    Kind.E504,
)
WIRE = (Kind.LATE_1, Kind.LATE_NEXT, Kind.DELAY_1, Kind.DELAY_35, Kind.TWICE, Kind.RESET, Kind.HALF)
STALE = (Kind.STALE_1, Kind.STALE_2, Kind.STALE_ALL)


@dataclass(frozen=True)
class Fault:
    """One fault: at the nth time the point is reached, once the fault before it has fired."""

    point: Point
    kind: Kind
    nth: int = 1

    def __str__(self) -> str:
        number = f"#{self.nth}" if self.nth > 1 else ""
        return f"{self.point}{number}={self.kind}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """`W2#1=lost`."""
        match = _FAULT.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no fault: write it like W2=lost or W2#2=lost")
        return cls(Point(match[1]), Kind(match[3]), int(match[2] or 1))


@dataclass
class Plan:
    """The faults of one case, in the order they fire."""

    faults: tuple[Fault, ...] = ()
    fired: list[Fault] = field(default_factory=list)
    _seen: int = 0

    def meet(self, point: Point) -> Kind | None:
        """What befalls this request, if anything does."""
        if len(self.fired) == len(self.faults):
            return None
        fault = self.faults[len(self.fired)]
        if fault.point is not point:
            return None
        self._seen += 1
        if self._seen < fault.nth:
            return None
        self._seen = 0
        self.fired.append(fault)
        return fault.kind

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Those that never fired."""
        return self.faults[len(self.fired) :]


def parse_faults(line: str) -> tuple[Fault, ...]:
    """The faults of a line."""
    return tuple(Fault.parse(part) for part in line.split())
