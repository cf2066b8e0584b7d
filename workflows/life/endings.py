"""How a sleep ends."""

from dataclasses import dataclass, field
from datetime import datetime

from policies.annotations import Because, WakeNote
from policies.sleep.messages import WakeRequest
from workflows.life.attempt import Attempt


@dataclass
class Woken:
    """Why the sleep is over, and what is known of the writes before it."""

    because: Because | None
    """None where a pause is called off before it was one: then no note is left."""
    sentence: str
    outcome: str = "woken"
    attempt: Attempt = field(default_factory=Attempt)
    raised_at: datetime | None = None
    """Where somebody raised its count, which ended the sleep: when, at the latest."""
    woken_at: datetime | None = None
    """Where somebody else woke it: when. The figures count until then."""
    owns_zero: bool = True
    """False where the count was seen raised: a zero after that is ours only with a record on it."""
    note: WakeNote | None = None
    """What it leaves behind."""


@dataclass(frozen=True)
class NothingLeft:
    """There is nothing of ours any more to wake."""

    outcome: str
    sentence: str


def woken_by(wake: WakeRequest) -> Woken:
    """The end of a sleep because somebody asked for it."""
    return Woken(Because.PERSON, f"woken by {wake.asked}")
