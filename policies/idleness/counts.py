"""What is known of a whole workload rather than of its pods: requests served, and a mean that somebody else took."""

from policies.idleness.answers import Sign, Word
from policies.idleness.rates import CpuSignal
from policies.idleness.readings import WorkloadSeen
from policies.idleness.signal import AVERAGE, CPU, REQUESTS, Signal, doubt_of
from policies.idleness.terms import IdleTerms
from policies.policy.idle_limits import IdleLimits
from policies.wording import count
from policies.workload import Workload

LEAST_REQUESTS = 0.5
"""Prometheus extrapolates: no request can read as 0.1, and one as 0.9."""


class RequestSignal(Signal):
    """HTTP requests served, by an ingress, a gateway or a mesh. None at all is quiet."""

    name = REQUESTS
    unit = "requests"

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:  # noqa: ARG002 - the same for all
        """Active from the first request on."""
        reading = seen.readings.get(self.name)
        if reading is None:
            return self.word(Sign.ABSENT, "nothing counts requests to it")
        if reading.mean >= LEAST_REQUESTS:
            return self.word(Sign.ACTIVE, f"{reading.mean:.0f} of them ({reading.source})", [reading])
        if doubt := doubt_of(reading, terms):
            return self.word(Sign.DOUBTFUL, doubt, [reading])
        return self.word(Sign.QUIET, f"none ({reading.source})", [reading])

    def came_back(
        self,
        workload: Workload,  # noqa: ARG002 - the same for all
        seen: WorkloadSeen,  # noqa: ARG002
        peak: float,
        limits: IdleLimits,  # noqa: ARG002
    ) -> str:
        """The requests that came; empty where none did."""
        return count(round(peak), "request") if peak >= LEAST_REQUESTS else ""


class AverageSignal(Signal):
    """A mean of CPU over days, where there is no series of it.

    Five busy minutes do not show in a mean. It can only stand in for CPU, so that the other signal needed sees them.
    """

    name = AVERAGE
    unit = "cores"

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """Quiet below what an idle pod may use steadily; an exact 0 is no data."""
        reading = seen.readings.get(self.name)
        if reading is None or any(CPU in pod.readings or pod.crash_loop for pod in seen.pods):
            return self.word(Sign.ABSENT, "no source gives one, or CPU has series of its own")
        steady = CpuSignal().steady(workload, terms.limits)
        if reading.mean > steady:
            return self.word(Sign.ACTIVE, f"{reading.mean:.4f} cores a pod, more than {steady:.4f}", [reading])
        if doubt := doubt_of(reading, terms):
            return self.word(Sign.DOUBTFUL, doubt, [reading])
        return self.word(Sign.QUIET, f"{reading.mean:.4f} cores a pod", [reading])
