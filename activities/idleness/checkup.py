"""What a Prometheus has of all that idleness is measured by."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.errors import PrometheusError
from activities.idleness.expressions import Expression
from activities.idleness.podseries import CpuSeries, NetworkSeries
from activities.idleness.prometheus import Prometheus
from activities.idleness.requestseries import REQUEST_SERIES

NEEDED = CpuSeries.metrics + NetworkSeries.metrics
_WELCOME = ("container_memory_working_set_bytes", "kube_deployment_spec_replicas")

_SECONDS = 15.0


@dataclass(frozen=True)
class SeriesFound:
    """What was found. `ahead` is how far its clock is ahead of this machine's."""

    present: frozenset[str] = frozenset()
    ahead: timedelta = timedelta(0)
    problem: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What no verdict can do without, or with something in its place only."""
        return tuple(metric for metric in NEEDED if metric not in self.present)


def find_series(prometheus: Prometheus, now: datetime, extra: str = "") -> SeriesFound:
    """Ask for the clock, and for which series there are at this moment."""
    metrics = (*NEEDED, *_WELCOME, *(series.metric for series in REQUEST_SERIES))
    chosen = ",".join(part for part in (f'__name__=~"{"|".join(metrics)}"', extra) if part)
    names = Expression("present", f"count by (__name__) ({{{chosen}}})", ("__name__",))
    deadline = prometheus.deadline(_SECONDS)
    try:
        ahead = prometheus.read_clock(deadline) - now
        found = prometheus.query(names, now, deadline)
    except PrometheusError as error:
        return SeriesFound(problem=str(error))
    return SeriesFound(present=frozenset(name for (name,) in found), ahead=ahead)
