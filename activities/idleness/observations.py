"""From the answers to a question to what was seen of one workload."""

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from activities.idleness.pod_series import COUNTERS, EXACTLY_ZERO, POD_SERIES, Answers
from activities.idleness.question import SEEN, ZERO, IdlenessQuestion, past
from activities.idleness.request_series import RequestSeries
from activities.idleness.restart_series import crashed_throughout
from activities.idleness.source import TellsUsage
from activities.kube.objects.pods import RunningPod
from activities.kube.objects.routing import Routing
from activities.prometheus.expressions import Key, Vector, name_in_pod, names_in_pods, share
from policies.idleness.readings import PodSeen, Reading, WeekSeen, WorkloadSeen
from policies.idleness.signal import AVERAGE, NETWORK, REQUESTS
from policies.idleness.terms import WEEK
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT
from policies.workload import Workload

_SIGNALS = tuple(series.signal for series in COUNTERS)


def owner_of(pod: Key) -> WorkloadKey | None:
    """The Deployment by a pod's name, whose own name may be cut to `beginning*`; None where it tells none."""
    namespace, name = pod
    told = name_in_pod(name)
    return None if told is None else WorkloadKey(namespace, told, DEPLOYMENT.name)


def highest_of(vector: Vector, workload: Workload, names: tuple[str, ...] = ()) -> float | None:
    """What a vector by Deployment says of a workload, under all its names or these: the highest; NaN where one of them
    is not a number, None where it says nothing.
    """
    keys = ((workload.ref.namespace, name) for name in names or names_in_pods(workload.ref.name))
    found = [figure for key in keys if (figure := vector.get(key)) is not None]
    return None if not found else max(found) if all(map(math.isfinite, found)) else math.nan


@dataclass(frozen=True)
class Observed:
    """The answers to one question at one moment, and who the pods belong to."""

    at: datetime
    question: IdlenessQuestion
    answers: Answers
    proxies: tuple[RequestSeries, ...]
    pods: Mapping[WorkloadKey, tuple[RunningPod, ...]]
    """Those that run."""
    routing: Routing
    averages: TellsUsage | None = None
    _ended: Mapping[WorkloadKey, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ended", self._find_ended())

    def of(self, workload: Workload) -> WorkloadSeen:
        """What was seen of this workload."""
        keys = [workload.ref.key._replace(name=name) for name in names_in_pods(workload.ref.name)]
        running = tuple(self._see(workload, pod) for key in keys for pod in self.pods.get(key, ()))
        ended = tuple(
            PodSeen(name=name, running=False, readings=self._readings(workload, name, running=False))
            for key in keys
            for name in self._ended.get(key, ())
        )
        present = {signal for pod in running for signal in pod.readings}
        readings = {REQUESTS: self._requests(workload), AVERAGE: self._average(workload, len(running))}
        return WorkloadSeen(
            pods=running + ended,
            readings={signal: reading for signal, reading in readings.items() if reading is not None},
            weeks=tuple(self._weeks(workload, present)),
        )

    def _see(self, workload: Workload, pod: RunningPod) -> PodSeen:
        """A pod that runs. In a crash loop it may have had no traffic at all."""
        key = (workload.ref.namespace, pod.name)
        crash_loop = pod.crash_looping and crashed_throughout(self.answers, key, self.question.window)
        readings = self._readings(workload, pod.name, running=True)
        traffic = readings.get(NETWORK)
        if crash_loop and traffic is not None and traffic.fault == EXACTLY_ZERO:
            readings = {**readings, NETWORK: traffic.replace(fault="")}
        return PodSeen(
            name=pod.name,
            started_at=pod.started_at,
            restarted_at=pod.restarted_at,
            crash_loop=crash_loop,
            host_network=pod.host_network,
            readings=readings,
        )

    def _readings(self, workload: Workload, pod: str, *, running: bool) -> Mapping[str, Reading]:
        key, span = (workload.ref.namespace, pod), self.question.window
        read = ((each.signal, each.read(self.answers, key, span, running=running)) for each in POD_SERIES)
        return {signal: reading for signal, reading in read if reading is not None}

    def _requests(self, workload: Workload) -> Reading | None:
        """The proxies' readings as one: what any of them counted, and the least that any of them saw."""
        read = (proxy.read(self.answers, workload, self.routing, self.question.window) for proxy in self.proxies)
        readings = [reading for reading in read if reading is not None]
        if not readings:
            return None
        return Reading(
            source=", ".join(reading.source for reading in readings),
            mean=sum(reading.mean for reading in readings),
            coverage=min(reading.coverage for reading in readings),
            fault=next((reading.fault for reading in readings if reading.fault), ""),
        )

    def _average(self, workload: Workload, pods: int) -> Reading | None:
        """A pod's share. Missing usage arrives as an exact 0, and an average over less than the window is partial."""
        average = None if self.averages is None or not pods else self.averages.usage_of(workload)
        if average is None:
            return None
        believed = math.isfinite(average.cores) and average.cores > 0
        return Reading(
            source=average.source,
            mean=average.cores / pods if believed else 0,
            coverage=min(1.0, average.span / self.question.window),
            fault="" if believed else f"{average.cores:g} cores mean no data",
        )

    def _weeks(self, workload: Workload, present: Container[str]) -> Iterator[WeekSeen]:
        """A week counts where pods were seen, by every signal that is seen today, or where there were no pods.

        Under a name that others share, pods that were seen before it was there were surely theirs.
        """
        hours, own = self.question.hours, (workload.ref.name,)
        for weeks_ago in self.question.weeks:
            known = {what: highest_of(self.answers[past(what, weeks_ago)], workload) for what in (*_SIGNALS, ZERO)}
            was_there = workload.created_at <= self.at - weeks_ago * WEEK
            known[SEEN] = highest_of(self.answers[past(SEEN, weeks_ago)], workload, () if was_there else own)
            counts = [
                proxy.sum_for(self.answers[past(proxy.metric, weeks_ago)], workload, self.routing)
                for proxy in self.proxies
            ]
            figures = [figure for figure in (*known.values(), *counts) if figure is not None]
            seen = sum(known[what] or 0.0 for what in (SEEN, ZERO))
            peaks = {signal: peak for signal in _SIGNALS if (peak := known[signal]) is not None}
            half = known[SEEN] and any(signal in present and signal not in peaks for signal in _SIGNALS)
            yield WeekSeen(
                weeks_ago=weeks_ago,
                coverage=share(seen, hours) if all(map(math.isfinite, figures)) and not half else 0,
                peaks=peaks | {REQUESTS: sum(count for count in counts if count is not None)},
            )

    def _find_ended(self) -> Mapping[WorkloadKey, tuple[str, ...]]:
        """Pods with series that do not run any more, by the workload that their name tells."""
        running = {(key.namespace, pod.name) for key, pods in self.pods.items() for pod in pods}
        names: dict[WorkloadKey, list[str]] = defaultdict(list)
        for pod in {key for series in COUNTERS for key in self.answers[f"{series.signal} seen"]} - running:
            owner = owner_of(pod)
            if owner is not None:
                names[owner].append(pod[1])
        return {owner: tuple(sorted(pods)) for owner, pods in names.items()}
