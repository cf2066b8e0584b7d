"""A crash loop: restarts without work are no use, and a broken workload is the best candidate."""

from datetime import timedelta

from policies.idleness.answers import Sign, Word
from policies.idleness.readings import Reading, WorkloadSeen
from policies.idleness.signal import CRASHES, Signal
from policies.idleness.terms import IdleTerms
from policies.wording import count
from policies.workload import Workload

LONGEST_LIFE = timedelta(minutes=15)
"""What lived for longer may have worked. Kubernetes waits 5 minutes at most before it starts a container again."""


class CrashSignal(Signal):
    """Pods of which no container lived for a quarter of an hour. Their CPU and memory are those of their starts.

    A start may also take up work and break at it: so it is quiet only beside another signal, network or requests.
    """

    name = CRASHES
    unit = "restarts"

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:  # noqa: ARG002 - the same for all
        """Quiet where every pod that runs was in a crash loop for all of the window."""
        running = [pod for pod in seen.pods if pod.running]
        if not running or not all(pod.crash_loop for pod in running):
            return self.word(Sign.ABSENT, "not every pod is in a crash loop")
        minutes = int(LONGEST_LIFE / timedelta(minutes=1))
        return self.word(
            Sign.QUIET,
            f"no container of its {count(len(running), 'pod')} lived for {count(minutes, 'minute')}",
            [Reading(source="kube-state-metrics, Kubernetes")],
        )
