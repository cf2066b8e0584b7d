"""Series that pods have: CPU and network counters, and memory."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from activities.prometheus.expressions import (
    RATE,
    Expression,
    Key,
    SeriesScope,
    Vector,
    over,
    seconds,
    share,
    with_deployment,
)
from policies.idleness.readings import Reading
from policies.idleness.signal import CPU, MEMORY, NETWORK

HOUR = timedelta(hours=1)
POD = ("namespace", "pod")
DEPLOYMENT = ("namespace", "deployment")

_EDGES = 0.02
"""Of a counter's growth: Prometheus extrapolates the total to the edges of the window."""

EXACTLY_ZERO = "it is exactly 0, and that is no data: a process uses something"

Answers = Mapping[str, Vector]
"""Vectors by the name of their expression."""


class PodSeries:
    """One signal of pods, in the series of one exporter."""

    signal: ClassVar[str]
    source: ClassVar[str]

    def of_window(self, scope: SeriesScope, span: timedelta) -> tuple[Expression, ...]:
        """What is asked of the span that ends now."""
        raise NotImplementedError

    def read(self, answers: Answers, pod: Key, span: timedelta, *, running: bool) -> Reading | None:
        """The reading of a pod, or None where there are no such series of it."""
        raise NotImplementedError

    def _name(self, statistic: str) -> str:
        return f"{self.signal} {statistic}"


class CounterSeries(PodSeries):
    """Counters, which restart at 0 with their container: rates see to that."""

    metrics: ClassVar[tuple[str, ...]]
    matchers: ClassVar[str]

    def of_window(self, scope: SeriesScope, span: timedelta) -> tuple[Expression, ...]:
        """Mean and peak of the rate, how often it was seen, whether it still is, and what the counter grew by."""
        rate = self.rate(scope)
        queries = {
            "mean": over("avg_over_time", rate, span),
            "peak": over("max_over_time", rate, span),
            "seen": over("count_over_time", rate, span),
            "now": rate,
            "growth": self._sum("increase", scope, span),
        }
        return tuple(Expression(self._name(name), query, POD) for name, query in queries.items())

    def before(self, scope: SeriesScope, span: timedelta) -> Expression:
        """Whether each pod was seen in the hour before the span: Kubernetes has forgotten when old pods started."""
        return Expression(self._name("before"), over("count_over_time", self.rate(scope), HOUR, span), POD)

    def peak_before(self, scope: SeriesScope, span: timedelta, offset: timedelta) -> str:
        """The highest rate of any pod of a Deployment, so long ago."""
        return over("max_over_time", f"max by (namespace, deployment) ({self._named(scope)})", span, offset)

    def seen_before(self, scope: SeriesScope, span: timedelta, offset: timedelta) -> str:
        """How often any pod of a Deployment was seen, so long ago."""
        return over("count_over_time", f"count by (namespace, deployment) ({self._named(scope)})", span, offset)

    def rate(self, scope: SeriesScope) -> str:
        """Each pod's rate."""
        return self._sum("rate", scope, RATE)

    def read(self, answers: Answers, pod: Key, span: timedelta, *, running: bool) -> Reading | None:
        """Rates of a pod. One that runs must be seen now too: a series that ended says nothing of today."""
        seen = answers[self._name("seen")].get(pod)
        if seen is None:
            return None
        mean, peak, growth = (answers[self._name(name)].get(pod, math.nan) for name in ("mean", "peak", "growth"))
        reading = Reading(source=self.source, coverage=share(seen, span) if math.isfinite(seen) else 0)
        if not all(math.isfinite(figure) and figure >= 0 for figure in (seen, mean, peak, growth)):
            return reading.replace(fault="its figures are not numbers")
        if mean == 0 or growth == 0:
            return reading.replace(mean=mean, peak=peak, fault=EXACTLY_ZERO)
        update = {
            "mean": mean,
            "peak": peak,
            "hidden": max(0.0, growth * (1 - _EDGES) - mean * span.total_seconds()),
            "fault": ""
            if not running or pod in answers[self._name("now")]
            else f"no samples for {RATE.seconds // 60} min",
        }
        return reading.replace(**update)

    def _sum(self, function: str, scope: SeriesScope, span: timedelta) -> str:
        chosen = scope.matchers(self.matchers)
        return " + ".join(
            f"sum by (namespace, pod) ({function}({metric}{{{chosen}}}[{seconds(span)}]))" for metric in self.metrics
        )

    def _named(self, scope: SeriesScope) -> str:
        return with_deployment(self.rate(scope))


class CpuSeries(CounterSeries):
    """cAdvisor's CPU seconds of containers, in cores."""

    signal = CPU
    source = "Prometheus, container_cpu_usage_seconds_total"
    metrics = ("container_cpu_usage_seconds_total",)
    matchers = 'container!="",container!="POD"'


class NetworkSeries(CounterSeries):
    """cAdvisor's network bytes of pods, received and sent, in bytes a second."""

    signal = NETWORK
    source = "Prometheus, container_network_*_bytes_total"
    metrics = ("container_network_receive_bytes_total", "container_network_transmit_bytes_total")
    matchers = 'pod!=""'


class MemorySeries(PodSeries):
    """cAdvisor's working set of containers, in bytes."""

    signal = MEMORY
    metric = "container_memory_working_set_bytes"
    source = f"Prometheus, {metric}"

    def of_window(self, scope: SeriesScope, span: timedelta) -> tuple[Expression, ...]:
        """The lowest and the highest."""
        chosen = scope.matchers('container!=""', 'container!="POD"')
        size = f"sum by (namespace, pod) ({self.metric}{{{chosen}}})"
        return (
            Expression(self._name("lowest"), over("min_over_time", size, span), POD),
            Expression(self._name("highest"), over("max_over_time", size, span), POD),
        )

    def read(self, answers: Answers, pod: Key, span: timedelta, *, running: bool) -> Reading | None:  # noqa: ARG002
        """The two figures. Memory can only object, so a missing figure raises no doubt."""
        lowest, highest = (answers[self._name(name)].get(pod, math.nan) for name in ("lowest", "highest"))
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            return None
        return Reading(source=self.source, mean=lowest, peak=highest)


COUNTERS: tuple[CounterSeries, ...] = (CpuSeries(), NetworkSeries())
POD_SERIES: tuple[PodSeries, ...] = (*COUNTERS, MemorySeries())


def zero_before(scope: SeriesScope, span: timedelta, offset: timedelta) -> str:
    """How often a Deployment was at zero, so long ago, where kube-state-metrics tells: it was not needed then."""
    size = f"max by (namespace, deployment) (kube_deployment_spec_replicas{{{scope.matchers()}}})"
    return over("count_over_time", f"{size} == 0", span, offset)
