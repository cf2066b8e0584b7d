"""What idleness comes to: idle, busy or unknown, with what each signal said."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from policies.models import Frozen


class IdlenessVerdict(StrEnum):
    """Three values, and only `idle` can pause."""

    IDLE = "idle"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Sign(StrEnum):
    """What one signal says of a workload."""

    QUIET = "quiet"
    ACTIVE = "active"
    ABSENT = "absent"
    """There is no such series of it: the signal is not counted."""
    DOUBTFUL = "doubtful"
    """There is one that cannot be believed, or not enough of it: nothing is known."""


class Word(Frozen):
    """One signal's word on a workload."""

    signal: str
    sign: Sign
    sentence: str
    unit: str = ""
    source: str = ""
    coverage: float = 0
    """The share of the idle window that was seen, 0 to 1."""


class IdleAnswer(Frozen):
    """The verdict on a workload, in one sentence, and the evidence behind it."""

    verdict: IdlenessVerdict = IdlenessVerdict.UNKNOWN
    sentence: str
    window: timedelta | None = None
    words: tuple[Word, ...] = ()
    gate: str = ""
    """What the season gate went by."""

    @property
    def evidence(self) -> Mapping[str, str]:
        """The figures by the name of their signal, as text."""
        told = {word.signal: f"{word.sign}: {word.sentence}" for word in self.words if word.sign is not Sign.ABSENT}
        return told | ({"season gate": self.gate} if self.gate else {})


NOT_ASKED = IdleAnswer(
    sentence="no source of idleness is set: FINOPS_PROMETHEUS_URL names one, and unknown never pauses"
)
"""Where nothing measures idleness."""
