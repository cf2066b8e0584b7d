"""CPU and network: rates of every pod, whose own mean is the floor. What rises above the floor is activity."""

from datetime import timedelta
from typing import ClassVar

from policies.idleness.answers import Sign, Word
from policies.idleness.readings import PodSeen, Reading, WorkloadSeen
from policies.idleness.signal import CPU, NETWORK, Signal, doubt_of
from policies.idleness.terms import IdleTerms
from policies.policy.idle_limits import IdleLimits
from policies.wording import count
from policies.workload import Workload

STEADY_CORES = 0.03
"""What an idle pod uses at most on average; Google's recommender for idle machines takes the same 0.03 of a core."""
STEADY_SHARE = 0.1
"""Of its request."""
LEAST_STEADY_CORES = 0.005
"""What any runtime may use on probes, scrapes and garbage collection, however small its request."""
BURST_CORES = 0.005
"""Above its mean, in any ten minutes: three seconds of a core."""
BURST_BYTES = 500
"""A second above its mean, in any ten minutes: 300 kB."""
RATE_SPAN = timedelta(minutes=10)
"""What a rate is the mean of."""


class RateSignal(Signal):
    """A rate of every pod."""

    burst: ClassVar[float]

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """Active where one pod is, also one that ended; quiet where each that runs was seen to be."""
        everybody = self._readings(seen.pods)
        for pod, reading in everybody:
            if not reading.fault and (because := self._activity(workload, reading, terms.limits)):
                return self.word(Sign.ACTIVE, f"pod {pod.name}: {because}", [reading])
        running = [pod for pod in seen.pods if pod.running]
        pairs = self._readings(running)
        known = [reading for _, reading in pairs]
        if not known:
            return self.word(Sign.ABSENT, "its pods have no such series")
        if len(known) < len(running):
            return self.word(
                Sign.DOUBTFUL, f"{len(running) - len(known):,} of {count(len(running), 'pod')} without any", known
            )
        for pod, reading in pairs:
            if doubt := doubt_of(reading, terms):
                return self.word(Sign.DOUBTFUL, f"pod {pod.name}: {doubt}", known)
        mean, peak = max(reading.mean for reading in known), max(reading.peak for reading in known)
        return self.word(Sign.QUIET, f"mean {self.show(mean)}, peak {self.show(peak)} a pod", known)

    def came_back(self, workload: Workload, seen: WorkloadSeen, peak: float, limits: IdleLimits) -> str:
        """The peak, where it is above what would be activity today, by the floor of today; else empty."""
        floor = max((reading.mean for _, reading in self._readings(seen.pods)), default=0)
        highest = self._highest(min(floor, self.steady(workload, limits)))
        return f"{self.name} of {self.show(peak)} a pod" if peak > highest else ""

    def steady(self, workload: Workload, limits: IdleLimits) -> float:
        """The highest mean of an idle pod."""
        raise NotImplementedError

    def show(self, figure: float) -> str:
        """A figure with its unit."""
        raise NotImplementedError

    def _readings(self, pods: tuple[PodSeen, ...] | list[PodSeen]) -> list[tuple[PodSeen, Reading]]:
        return [(pod, reading) for pod in pods if (reading := pod.readings.get(self.name)) is not None]

    def _highest(self, mean: float) -> float:
        return mean + max(self.burst, mean)

    def _activity(self, workload: Workload, reading: Reading, limits: IdleLimits) -> str:
        steady = self.steady(workload, limits)
        if reading.mean > steady:
            return f"mean {self.show(reading.mean)}, more than {self.show(steady)}"
        if reading.peak > self._highest(reading.mean):
            return f"peak {self.show(reading.peak)} over a mean of {self.show(reading.mean)}"
        if reading.hidden > self.burst * RATE_SPAN.total_seconds():
            return f"{reading.hidden:.0f} {self.unit} x s more than usual were used while no samples came"
        return ""


class CpuSignal(RateSignal):
    """CPU used, against the request."""

    name = CPU
    unit = "cores"
    burst = BURST_CORES

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """As every rate, except that pods in a crash loop use what a start takes."""
        return super().judge(workload, seen.at_work, terms)

    def came_back(self, workload: Workload, seen: WorkloadSeen, peak: float, limits: IdleLimits) -> str:
        """The same of the past: what a start uses is not the floor."""
        return super().came_back(workload, seen.at_work, peak, limits)

    def steady(self, workload: Workload, limits: IdleLimits) -> float:
        """What the policy says; else a tenth of the request, between 0.005 and 0.03 cores; 0.03 without a request."""
        if limits.cpu_cores is not None:
            return limits.cpu_cores
        request = workload.requests.cpu_cores
        return min(STEADY_CORES, max(STEADY_SHARE * request, LEAST_STEADY_CORES)) if request else STEADY_CORES

    def show(self, figure: float) -> str:
        """Cores, to a ten thousandth."""
        return f"{figure:.4f} cores"


class NetworkSignal(RateSignal):
    """Bytes a second, in and out together."""

    name = NETWORK
    unit = "B/s"
    burst = BURST_BYTES

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """As every rate, except that a pod in its node's network shows the node's traffic."""
        if any(pod.host_network for pod in seen.pods):
            return self.word(Sign.ABSENT, "its pods share their nodes' network, whose traffic is not theirs alone")
        return super().judge(workload, seen, terms)

    def came_back(self, workload: Workload, seen: WorkloadSeen, peak: float, limits: IdleLimits) -> str:
        """The same of the past."""
        return "" if any(pod.host_network for pod in seen.pods) else super().came_back(workload, seen, peak, limits)

    def steady(self, workload: Workload, limits: IdleLimits) -> float:  # noqa: ARG002 - the same for all
        """What the policy says: 3,000 bytes a second unless it is set."""
        return limits.network_bytes_per_second

    def show(self, figure: float) -> str:
        """Whole bytes a second."""
        return f"{figure:.0f} B/s"
