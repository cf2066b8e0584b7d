"""Workloads with a past: what each did for a month, whether it is idle in truth, and the series that tell of it.

The month ends at END, a Monday at midnight. Between END and a week before, tests ask what is idle.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from activities.kube.objects.pods import RunningPod
from policies.costs.cost import Requests
from policies.workload import Rollout, Workload, WorkloadRef

END = datetime(2025, 11, 24, tzinfo=UTC)
DAYS = 30
BEGIN = END - timedelta(days=DAYS)
SCRAPE = 120
"""Seconds."""
NAMESPACE = "dev-past"

Truth = Literal["idle", "busy", "unclear"]
"""Unclear: idle or not, what is known of it must not be enough."""
Level = Callable[[datetime], float]


@dataclass(frozen=True)
class Past:
    """One pod's life: the levels of CPU (cores), network (bytes a second) and memory (bytes), and what is odd in it."""

    cpu: Level
    network: Level
    memory: Level = lambda _: 100e6
    letters: str = "x2x4z"
    template: str = "7d9f8c6b5"
    begin: datetime = BEGIN
    end: datetime = END
    restarted_at: datetime | None = None
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    resets: tuple[datetime, ...] = ()
    without: tuple[str, ...] = ()
    value: float | None = None
    """What stands in place of every sample."""


@dataclass(frozen=True)
class Actor:
    """A Deployment: its pods, the requests that an ingress counts to it, and when it is truly at work."""

    name: str
    truth: Truth
    pods: tuple[Past, ...]
    cpu_request: float = 0.25
    requests: Level | None = None
    at_work: Callable[[datetime], bool] = lambda _: False

    @property
    def workload(self) -> Workload:
        """The Deployment, untouched since before the month."""
        long_ago = BEGIN - timedelta(days=30)
        count = len([pod for pod in self.pods if pod.end == END])
        return Workload(
            ref=WorkloadRef(namespace=NAMESPACE, name=self.name, uid=self.name),
            resource_version="1",
            replicas=count,
            created_at=long_ago,
            template_labels={"app": self.name},
            requests=Requests(cpu_cores=self.cpu_request, memory_bytes=2**28),
            rollout=Rollout(
                generation=1,
                observed_generation=1,
                status_replicas=count,
                updated_replicas=count,
                available_replicas=count,
                progressing_reason="NewReplicaSetAvailable",
                progressing_updated_at=long_ago,
            ),
        )

    def pod_name(self, pod: Past) -> str:
        """As Kubernetes makes them: what stands before the letters is cut to 58."""
        return f"{self.name}-{pod.template}-"[:58] + pod.letters

    def running(self, at: datetime) -> tuple[RunningPod, ...]:
        """What Kubernetes would list."""
        return tuple(
            RunningPod(self.pod_name(pod), pod.begin, restarted_at=pod.restarted_at)
            for pod in self.pods
            if pod.begin <= at <= pod.end
        )


def constant(level: float) -> Level:
    """The same all the time."""
    return lambda _: level


def during(at_work: Callable[[datetime], bool], level: float, otherwise: float) -> Level:
    """One level while at work, another one otherwise."""
    return lambda moment: level if at_work(moment) else otherwise


def daily(hour: int, minute: int, minutes: int, weekdays: Iterable[int] = range(7)) -> Callable[[datetime], bool]:
    """At work from a time of day on, for some minutes, on these days (0 is Monday)."""
    days = frozenset(weekdays)

    def at_work(moment: datetime) -> bool:
        since = (moment.hour - hour) * 60 + moment.minute - minute
        return 0 <= since < minutes and moment.weekday() in days

    return at_work


def office(moment: datetime) -> bool:
    """Working hours."""
    return moment.weekday() < 5 and 8 <= moment.hour < 18


def now_and_then(seed: int, every: timedelta, minutes: int) -> Callable[[datetime], bool]:
    """At work at times that nobody can foresee."""
    chance, moment = random.Random(seed), BEGIN
    starts: list[datetime] = []
    while moment < END:
        moment += every * chance.uniform(0.5, 1.5)
        starts.append(moment)

    length = timedelta(minutes=minutes)

    def at_work(asked: datetime) -> bool:
        latest = bisect_right(starts, asked) - 1
        return latest >= 0 and asked < starts[latest] + length

    return at_work


def write_openmetrics(path: Path, actors: Iterable[Actor], begin: datetime = BEGIN, end: datetime = END) -> Path:
    """The series of these workloads between two moments, as promtool reads them."""
    actors = tuple(actors)
    with path.open("w", encoding="utf-8") as stream:
        for metric, kind, level_of in _METRICS:
            stream.write(f"# TYPE {metric.removesuffix('_total')} {kind}\n")
            for actor in actors:
                for pod in actor.pods:
                    labels = f'namespace="{NAMESPACE}",pod="{actor.pod_name(pod)}",container="main"'
                    if metric not in pod.without:
                        stream.writelines(_samples(f"{metric}{{{labels}}}", pod, level_of(pod), kind, begin, end))
        stream.write("# TYPE nginx_ingress_controller_requests gauge\n")
        for actor in actors:
            if actor.requests is not None:
                series = f'nginx_ingress_controller_requests{{namespace="{NAMESPACE}",service="{actor.name}"}}'
                proxy = Past(actor.requests, actor.requests)
                stream.writelines(_samples(series, proxy, proxy.cpu, "counter", begin, end))
        stream.write("# EOF\n")
    return path


def _half(level: Level) -> Level:
    return lambda moment: level(moment) / 2


_METRICS: tuple[tuple[str, str, Callable[[Past], Level]], ...] = (
    ("container_cpu_usage_seconds_total", "counter", lambda pod: pod.cpu),
    ("container_network_receive_bytes_total", "counter", lambda pod: _half(pod.network)),
    ("container_network_transmit_bytes_total", "counter", lambda pod: _half(pod.network)),
    ("container_memory_working_set_bytes", "gauge", lambda pod: pod.memory),
)
_MOMENTS = tuple(BEGIN + number * timedelta(seconds=SCRAPE) for number in range(DAYS * 86400 // SCRAPE))


def _samples(series: str, pod: Past, level: Level, kind: str, begin: datetime, end: datetime) -> Iterator[str]:
    """A line for each scrape. Rates are noisy, memory hardly is; the noise is the same each time."""
    noise, total, counts = random.Random(series), 0.0, kind == "counter"
    width = 0.3 if counts else 0.02
    first, last = (bisect_left(_MOMENTS, each) for each in (max(pod.begin, begin), min(pod.end, end)))
    unseen = _indexes(pod.gaps)
    resets = {bisect_left(_MOMENTS, reset) for reset in pod.resets}
    seconds = BEGIN.timestamp() + first * SCRAPE
    for number in range(first, last):
        figure = level(_MOMENTS[number]) * (1 + width * (noise.random() - 0.5))
        if number in resets:
            total = 0.0
        total += figure * SCRAPE
        if number not in unseen:
            value = (total if counts else figure) if pod.value is None else pod.value
            yield f"{series} {value:.3f} {seconds:.0f}\n"
        seconds += SCRAPE


def _indexes(spans: Iterable[tuple[datetime, datetime]]) -> frozenset[int]:
    ranges = (range(bisect_left(_MOMENTS, start), bisect_left(_MOMENTS, stop)) for start, stop in spans)
    return frozenset(number for each in ranges for number in each)
