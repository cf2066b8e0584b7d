"""Node-hours: what a cluster really ran on, as kube-state-metrics told Prometheus."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from activities.errors import PrometheusError
from activities.prometheus.expressions import STEP, Expression, over, share

if TYPE_CHECKING:
    from activities.prometheus.client import Prometheus  # httpx is for those who have a Prometheus

METRIC = "kube_node_info"
COVERAGE = 0.9
"""The least share of a span that must have been seen for its sum to be told."""

_SECONDS = 30.0


@dataclass(frozen=True)
class NodeHours:
    """Those of a period, and of as long a time before it. `problem` says why they are not known."""

    before: float = 0.0
    during: float = 0.0
    problem: str = ""


def count_node_hours(prometheus: "Prometheus", since: datetime, until: datetime, extra: str = "") -> NodeHours:
    """Node-hours by the number of nodes at every five minutes. `extra` are matchers for the series."""
    nodes, span, deadline = f"count({METRIC}{{{extra}}})", until - since, prometheus.deadline(_SECONDS)
    hours = []
    try:
        for end, when in ((since, "before the period"), (until, "of the period")):
            looks, total = (
                sum(prometheus.query(Expression(function, over(function, nodes, span), ()), end, deadline).values())
                for function in ("count_over_time", "sum_over_time")
            )
            seen = share(looks, span)
            if not seen >= COVERAGE:
                return NodeHours(problem=f"only {seen:.0%} of the time {when} has series of {METRIC}")
            hours.append(total * (STEP / timedelta(hours=1)))
    except PrometheusError as error:
        return NodeHours(problem=str(error))
    before, during = hours
    return NodeHours(before=before, during=during)
