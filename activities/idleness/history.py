"""The same questions about many moments of the past, for a replay: range queries, a bounded number of them."""

import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.idleness.observations import Observed, highest_of, owner_of
from activities.idleness.pod_series import COUNTERS, DEPLOYMENT, Answers
from activities.idleness.question import IdlenessQuestion, present_proxies
from activities.idleness.request_series import RequestSeries
from activities.kube.objects.pods import RunningPod
from activities.kube.objects.routing import Routing
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Expression, Key, Vector
from policies.idleness.readings import WorkloadSeen
from policies.idleness.signal import REQUESTS
from policies.idleness.signals import SIGNALS
from policies.keys import WorkloadKey
from policies.policy.idle_limits import IdleLimits
from policies.workload import Workload

SECONDS = 60.0
"""For one range: Prometheus has more to do than for a run, and a person waits for it."""
AT_ONCE = 168
"""Moments in one query: a week of hours."""

_SINCE = "since the last moment"


class Column(Mapping[Key, float]):
    """What the rows of a range were at one of its moments; those that had no value then are not in it."""

    def __init__(self, rows: Mapping[Key, "array[float]"], index: int) -> None:
        self._rows = rows
        self._index = index

    def __getitem__(self, key: Key) -> float:
        value = self._rows[key][self._index]
        if math.isnan(value):
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[Key]:
        return (key for key, values in self._rows.items() if not math.isnan(values[self._index]))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class PastMoment:
    """What was known at one moment of the past, and what happened since the one before it."""

    at: datetime
    observed: Observed
    answers: Answers

    def work_of(self, workload: Workload, floor: WorkloadSeen, limits: IdleLimits) -> str:
        """The work that was done since the last moment, above the floor of quieter days; empty where there was none."""
        peaks = {series.signal: highest_of(self.answers[_since(series.signal)], workload) for series in COUNTERS}
        counts = (
            proxy.sum_for(self.answers[_since(proxy.metric)], workload, self.observed.routing)
            for proxy in self.observed.proxies
        )
        peaks[REQUESTS] = sum(count for count in counts if count is not None)
        said = (
            signal.came_back(workload, floor, peak, limits)
            for signal in SIGNALS
            if (peak := peaks.get(signal.name)) is not None
        )
        return "; ".join(work for work in said if work)


class PrometheusHistory:
    """The past as one Prometheus knows it."""

    def __init__(self, prometheus: Prometheus, read_routing: Callable[[], Routing]) -> None:
        self._prometheus = prometheus
        self._read_routing = read_routing

    def moments(
        self,
        question: IdlenessQuestion,
        first: datetime,
        step: timedelta,
        count: int,
        advance: Callable[[int, int], None],
    ) -> Iterator[PastMoment]:
        """`count` moments from `first` on, one after another. `advance` is told how many queries are done, of how many.

        Raises PrometheusError, KubernetesError.
        """
        proxies = self._present(question, first, first + step * (count - 1))
        routing = self._read_routing() if proxies else Routing()
        expressions = (*question.of_window(proxies), *question.of_past(proxies), *_of_replay(question, proxies, step))
        total = len(expressions) * -(-count // AT_ONCE)
        for begin in range(0, count, AT_ONCE):
            length = min(AT_ONCE, count - begin)
            done = begin // AT_ONCE * len(expressions)
            ranges: dict[str, Mapping[Key, array[float]]] = {}
            for expression in expressions:
                ranges[expression.name] = self._prometheus.query_range(
                    expression, first + step * begin, step, length, self._prometheus.deadline(2 * SECONDS)
                )
                advance(done + len(ranges), total)
            for index in range(length):
                at = first + step * (begin + index)
                answers: dict[str, Vector] = {name: Column(rows, index) for name, rows in ranges.items()}
                pods = _running(answers, at, question)
                yield PastMoment(at, Observed(at, question, answers, proxies, pods, routing), answers)

    def _present(self, question: IdlenessQuestion, first: datetime, last: datetime) -> tuple[RequestSeries, ...]:
        """Proxies that were there at the beginning or the end."""
        deadline = self._prometheus.deadline(SECONDS)
        return present_proxies(
            {str(at): self._prometheus.query(question.presence(), at, deadline) for at in (first, last)}
        )


def _of_replay(question: IdlenessQuestion, proxies: tuple[RequestSeries, ...], step: timedelta) -> Iterator[Expression]:
    for series in COUNTERS:
        yield series.before(question.scope, question.window)
        query = series.peak_before(question.scope, step, timedelta(0))
        yield Expression(_since(series.signal), query, DEPLOYMENT)
    for proxy in proxies:
        yield Expression(_since(proxy.metric), proxy.count(question.scope, step), proxy.labels)


def _since(what: str) -> str:
    return f"{what} {_SINCE}"


def _running(
    answers: Answers, at: datetime, question: IdlenessQuestion
) -> Mapping[WorkloadKey, tuple[RunningPod, ...]]:
    """The pods that ran then, by their series. One that was not there before the window counts as just started."""
    found: dict[WorkloadKey, list[RunningPod]] = defaultdict(list)
    there = {pod for series in COUNTERS for pod in answers[f"{series.signal} now"]}
    before = {pod for series in COUNTERS for pod in answers[f"{series.signal} before"]}
    for pod in sorted(there):
        owner = owner_of(pod)
        if owner is not None:
            found[owner].append(RunningPod(pod[1], at - question.window if pod in before else at))
    return {owner: tuple(pods) for owner, pods in found.items()}
