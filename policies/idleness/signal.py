"""What a signal is: one kind of evidence, which judges readings and knows nothing of where they come from.

The bounds of every signal lean one way: calling a busy workload idle is the costly error, calling an idle one busy
costs a few hours of it.
"""

from collections.abc import Iterable
from typing import ClassVar

from policies.durations import format_duration
from policies.idleness.answers import Sign, Word
from policies.idleness.readings import Reading, WorkloadSeen
from policies.idleness.terms import COVERAGE, IdleTerms
from policies.policy.idle_limits import IdleLimits
from policies.workload import Workload

CPU, NETWORK, REQUESTS, AVERAGE, MEMORY, CHANGES = "CPU", "network", "requests", "average CPU", "memory", "changes"
CRASHES = "crash loop"


class Signal:
    """One kind of evidence."""

    name: ClassVar[str]
    unit: ClassVar[str]
    counts: ClassVar[bool] = True
    """Whether its quiet is one of the two signals that a verdict needs. What does not count can only object."""

    def judge(self, workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Word:
        """What it says of the workload."""
        raise NotImplementedError

    def came_back(
        self,
        workload: Workload,  # noqa: ARG002 - most know no past
        seen: WorkloadSeen,  # noqa: ARG002
        peak: float,  # noqa: ARG002
        limits: IdleLimits,  # noqa: ARG002
    ) -> str:
        """Why a peak in a past week was activity; empty where it was not."""
        return ""

    def word(self, sign: Sign, sentence: str, readings: Iterable[Reading] = ()) -> Word:
        """Its word, with source and coverage of the readings it rests on."""
        known = tuple(readings)
        return Word(
            signal=self.name,
            sign=sign,
            sentence=sentence,
            unit=self.unit,
            source=", ".join(sorted({reading.source for reading in known})),
            coverage=min((reading.coverage for reading in known), default=0),
        )


def doubt_of(reading: Reading, terms: IdleTerms) -> str:
    """Why a quiet reading cannot be believed; empty where it can."""
    if reading.fault:
        return reading.fault
    if reading.coverage < COVERAGE:
        return f"only {reading.coverage:.0%} of {format_duration(terms.window)} was seen, {COVERAGE:.0%} are needed"
    return ""
