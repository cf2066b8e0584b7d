"""The suites: every case is one line, and the line replays it.

W2=lost W3=killed               faults, each at the next request of its point after the one before it fired
before W2: kubectl-scale        somebody acts at a gap of the protocol
before W3#2: strip              the same in the second life, which meets what the first one left
after every W2: insisting-hpa   and again whenever it comes round
asleep: scale-5 scale-0         a state that is over before anybody looks
before W2: new-token            what the worker reaches the API server by is renewed
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from faults.actors import ACTORS
from faults.plans import CRASHES, STALE, STATUSES, WIRE, Fault, parse_faults
from faults.points import WRITES, Point
from faults.renewals import RENEWALS

GAPS = ("before W1", "before W2", "after W2", "asleep", "before W3", "before W4", "after W4")
"""Every place between two steps of a life."""
_GAP = re.compile(r"(before|after) (?:every )?([A-Z0-9]+)(?:#2)?")
_SECOND = "#2"
_UNDO = frozenset({"rollout-undo", "undo"})
_AUTOSCALERS = frozenset({"polite-hpa", "overwriting-hpa", "insisting-hpa"})


@dataclass(frozen=True)
class Case:
    """One life of one Deployment, and what goes wrong in it."""

    line: str
    faults: tuple[Fault, ...] = ()
    gap: str = ""
    strokes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, line: str) -> Self:
        """The case of a line."""
        gap, colon, rest = line.partition(": ")
        if colon:
            return cls(line, gap=gap, strokes=tuple(rest.split()))
        return cls(line, faults=parse_faults(line))

    @property
    def life(self) -> int:
        """The life in which somebody acts."""
        return 2 if self.gap.endswith(_SECOND) else 1

    @property
    def lives(self) -> int:
        """Two for faults, so that the second life meets what the first left behind."""
        return 2 if self.life == 2 or (self.faults and not self.is_kept_awake) else 1

    @property
    def moment(self) -> tuple[str, Point] | None:
        """When somebody acts: before or after a request."""
        match = _GAP.fullmatch(self.gap)
        return None if match is None else (match[1], Point(match[2]))

    @property
    def is_contest(self) -> bool:
        """Whether somebody does not let it sleep."""
        return " every " in self.gap

    @property
    def is_called_off(self) -> bool:
        """Whether a life begins with a pause that is called off over a write of unknown outcome."""
        return self._has(Point.FENCE)

    @property
    def is_extended(self) -> bool:
        """Whether its wake time is moved, so that its record is written again."""
        return self._has(Point.RECORD)

    @property
    def is_kept_awake(self) -> bool:
        """Whether somebody keeps it awake after its wake."""
        return self._has(Point.NOTE)

    @property
    def needs_an_older_revision(self) -> bool:
        """Whether there must be something to roll back to."""
        return bool(_UNDO & set(self.strokes))

    @property
    def needs_an_autoscaler(self) -> bool:
        """Whether a HorizontalPodAutoscaler targets it."""
        return bool(_AUTOSCALERS & set(self.strokes))

    @property
    def reads_stale(self) -> bool:
        """Whether the proxy has to know its older states."""
        return any(fault.kind in STALE for fault in self.faults)

    def _has(self, point: Point) -> bool:
        return any(fault.point is point for fault in self.faults)


def single_faults() -> list[Case]:
    """Six write points, five ways to end each."""
    return [Case.parse(f"{point}={kind}") for point in WRITES for kind in CRASHES]


def double_faults() -> list[Case]:
    """Every ordered pair of them."""
    return [Case.parse(f"{first.line} {second.line}") for first, second in itertools.product(single_faults(), repeat=2)]


def wire_faults() -> list[Case]:
    """What else a network can do to a write."""
    return [Case.parse(f"{point}={kind}") for point in WRITES for kind in WIRE]


def interferences() -> list[Case]:
    """Everybody else, at every gap."""
    return [
        *(Case.parse(f"{gap}: {actor}") for gap in GAPS for actor in ACTORS),
        Case.parse("before READ: kubectl-scale"),
        Case.parse("before W3#2: strip"),
        Case.parse("after every W2: insisting-hpa"),
    ]


ERROR_POINTS = ("W1", "W2", "W3", "W4", "F", "R", "N", "READ", "READ#2")


def error_codes() -> list[Case]:
    """Every status at every request about one workload. Those of the listing are `listing_errors`."""
    return [Case.parse(f"{point}={status}") for point in ERROR_POINTS for status in STATUSES]


def listing_errors() -> list[Fault]:
    """Every status at the listing of all Deployments."""
    return [Fault(Point.LIST, status) for status in STATUSES]


STALE_READS = ("READ", "W1=409 READ", "W2=lost READ", "W3=lost READ")
"""Every read that something is decided on: of a wake, after a conflict, after a pause or a wake of unknown outcome."""


def stale_reads() -> list[Case]:
    """Decisions on old states."""
    return [Case.parse(f"{reads}={age}") for reads in STALE_READS for age in STALE]


def short_lived_states() -> list[Case]:
    """What is over before the next look."""
    return [
        Case.parse(line)
        for line in (
            "before W1: exclude-on exclude-off",
            "before W1: exclude-yes",
            "before W1: exclude-until",
            "before W1: scale-5 scale-2",
            "before W1: scale-0 scale-2",
            "before W1: touch",
            "before W1: recreate",
            "before W2: exclude-on exclude-off",
            "before W2: exclude-yes",
            "before W2: exclude-until",
            "before W2: apply-0",
            "before W2: scale-5 scale-2",
            "before W2: garbage",
            "before W2: strip",
            "before W2: strip scale-0",
            "after W2: scale-5 scale-0",
            "asleep: exclude-on exclude-off",
            "asleep: exclude-yes",
            "asleep: apply-0",
            "asleep: scale-5 scale-0",
            "asleep: strip",
            "asleep: garbage",
            "asleep: edit-7",
            "asleep: edit-7 garbage",
            "asleep: edit-7 strip",
            "asleep: deploy undo",
            "asleep: recreate",
            "before W3: scale-5 scale-0",
            "before W3: apply-0",
            "before W4: scale-0",
            "before W4: apply-0",
            "before W4: scale-5 scale-2",
            "before W4: garbage",
        )
    ]


def renewals() -> list[Case]:
    """Every renewal, at every gap."""
    return [Case.parse(f"{gap}: {renewal}") for gap in (*GAPS, "before READ") for renewal in RENEWALS]


SUITES: Mapping[str, Callable[[], list[Case]]] = {
    "single faults": single_faults,
    "double faults": double_faults,
    "wire faults": wire_faults,
    "interference": interferences,
    "error codes": error_codes,
    "stale reads": stale_reads,
    "short-lived states": short_lived_states,
}
"""Those that are played together. A renewal is one for every case of a stage, so that `renewals` have their own."""
