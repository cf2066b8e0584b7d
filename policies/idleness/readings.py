"""What was seen of a workload, before anybody judges it."""

from collections.abc import Mapping
from datetime import datetime

from policies.models import Frozen


class Reading(Frozen):
    """What one source saw of one signal over the idle window, of one pod or of the whole workload.

    Rates are means over ten minutes, seen every five; all figures are in the signal's unit.
    """

    source: str
    mean: float = 0
    """Over what was seen; of memory the lowest; of requests how many there were."""
    peak: float = 0
    coverage: float = 1
    """The share of the window that was seen, 0 to 1."""
    hidden: float = 0
    """What a counter grew by between samples, beyond its mean: unit times seconds."""
    fault: str = ""
    """Why the figures cannot be believed."""


class PodSeen(Frozen):
    """One pod: those that run, by Kubernetes, and those that ended within the window, by their series."""

    name: str
    running: bool = True
    started_at: datetime | None = None
    restarted_at: datetime | None = None
    """When one of its containers last restarted, if one ever did."""
    crash_loop: bool = False
    """It kept restarting for all of the window: what it uses is spent on its starts."""
    host_network: bool = False
    """It shows its node's traffic, not its own."""
    readings: Mapping[str, Reading] = {}
    """By signal."""


class WeekSeen(Frozen):
    """The hours that a sleep would cover, so many weeks ago: all pods of that time together."""

    weeks_ago: int
    coverage: float
    """The share of those hours in which pods were seen, or the workload was at zero."""
    peaks: Mapping[str, float] = {}
    """By signal: the highest mean over ten minutes of any pod; of requests, how many there were."""


class WorkloadSeen(Frozen):
    """All that was seen of a workload. `problem` says why nothing can be."""

    pods: tuple[PodSeen, ...] = ()
    readings: Mapping[str, Reading] = {}
    """Of the whole workload, by signal."""
    weeks: tuple[WeekSeen, ...] = ()
    """Latest first."""
    problem: str = ""

    @property
    def at_work(self) -> "WorkloadSeen":
        """The same without pods in a crash loop."""
        return self.replace(pods=tuple(pod for pod in self.pods if not pod.crash_loop))
