"""Signals that can only object: their quiet says nothing, and their activity says that somebody is at work."""

from policies.durations import format_duration
from policies.idleness.answers import Sign, Word
from policies.idleness.readings import Reading, WorkloadSeen
from policies.idleness.signal import CHANGES, MEMORY, Signal
from policies.idleness.terms import IdleTerms
from policies.times import to_rfc3339
from policies.touches import last_touch
from policies.workload import Workload

SWING_SHARE = 0.25
SWING_BYTES = 32 * 2**20
"""Memory that moves by both within the window was given something to do."""


class MemorySignal(Signal):
    """Memory that moves. A steady one says nothing: an idle runtime keeps its heap."""

    name = MEMORY
    unit = "bytes"
    counts = False

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:  # noqa: ARG002 - against itself
        """Active where a pod's moved by a quarter and 32 MiB within the window."""
        pods = [(pod, reading) for pod in seen.at_work.pods if (reading := pod.readings.get(self.name)) is not None]
        for pod, reading in pods:
            if reading.peak - reading.mean > max(SWING_BYTES, SWING_SHARE * reading.mean):
                moved = f"between {reading.mean / 2**20:.0f} and {reading.peak / 2**20:.0f} MiB"
                return self.word(Sign.ACTIVE, f"pod {pod.name} moved {moved}", [reading])
        if not pods:
            return self.word(Sign.ABSENT, "its pods have no such series")
        return self.word(Sign.QUIET, "steady in every pod", (reading for _, reading in pods))


class ChangeSignal(Signal):
    """Restarts, rollouts and edits, as Kubernetes tells them."""

    name = CHANGES
    unit = "time"
    counts = False

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """Active where one lies inside the window."""
        begin = terms.at - terms.window
        what, touched_at = last_touch(workload)
        if touched_at > begin:
            return self._say(Sign.ACTIVE, f"{what} at {to_rfc3339(touched_at)}, inside the idle window")
        for pod in seen.at_work.pods:
            if pod.restarted_at is not None and pod.restarted_at > begin:
                return self._say(Sign.ACTIVE, f"pod {pod.name} restarted at {to_rfc3339(pod.restarted_at)}")
        return self._say(Sign.QUIET, f"none for {format_duration(terms.window)}")

    def _say(self, sign: Sign, sentence: str) -> Word:
        return self.word(sign, sentence, [Reading(source="Kubernetes")])
