"""A workload under observation: its plan of faults, who interferes and when, and what was asked about it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from faults.plans import Kind, Plan
from faults.points import Point, Request


@dataclass
class Entry:
    """One request of the service, with what became of it."""

    request: Request
    point: Point
    cycle: int
    """The hibernation that sent it: the first of the workload, the second, ..."""
    kind: Kind | None = None
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    """What the API server answered; 0 where it was never asked."""
    revision: str = ""
    """The resourceVersion the API server answered with."""
    patience: float = 0.0
    """The Retry-After that the service was told."""

    @property
    def accepted(self) -> bool:
        """Whether the API server took it."""
        return 200 <= self.status < 300

    @property
    def read(self) -> bool:
        """Whether the service got an answer that told it the present state."""
        return self.accepted and self.request.method == "GET" and self.kind in {None, Kind.TWICE}

    @property
    def changed(self) -> bool:
        """Whether it made a new revision: a patch that changes nothing answers with the version it came with."""
        return self.accepted and self.request.method == "PATCH" and self.revision != self.request.preconditions[0]


Hook = Callable[[], None]
"""What somebody else does, while a request waits."""


@dataclass
class Subject:
    """One Deployment, from its first pause to the end of the case."""

    namespace: str
    name: str
    plan: Plan = field(default_factory=Plan)
    before: dict[tuple[Point, int], Hook] = field(default_factory=dict)
    """Somebody acts before the nth request of a point is carried out."""
    after: dict[tuple[Point, int], Hook] = field(default_factory=dict)
    """Somebody acts between the nth request of a point and its answer."""
    killing: Hook | None = None
    """Kills the worker's process, where it has one of its own."""
    stopping: Hook | None = None
    """Tells that process to stop."""
    called_off: Hook | None = None
    """Set while a pause is to be called off after a first write of unknown outcome: the way to a fence."""
    autoscaled: bool = False
    """Whether a HorizontalPodAutoscaler targets it: only then may a raised count be taken back."""
    cycle: int = 0
    asleep: bool = False
    dead: bool = False
    """The worker that sends for it is dead: nothing more of its activity arrives, and it reports nothing."""
    counts: Counter[Point] = field(default_factory=Counter)
    log: list[Entry] = field(default_factory=list)
    kept_at: list[str] = field(default_factory=list)
    """Revisions at which it still slept, long enough after somebody interfered for both records to agree again."""
    broke_off: str = ""
    """What ended its case before the end, if anything did."""
    ended: dict[int, float] = field(default_factory=dict)
    """When each hibernation was closed, on Temporal's clock."""

    @property
    def key(self) -> tuple[str, str]:
        """How a request names it."""
        return self.namespace, self.name

    @property
    def read(self) -> list[int]:
        """The versions that the service got to know."""
        return [int(entry.revision) for entry in self.log if entry.read]

    def note(self, entry: Entry) -> None:
        """Remember what a carried out request means for those that follow."""
        if entry.accepted and entry.point in {Point.W2, Point.W3}:
            self.asleep = entry.point is Point.W2
