"""How a sleep ends."""

from dataclasses import dataclass, field

from policies.annotations import Because
from workflows.attempt import Attempt
from workflows.life import Life


@dataclass(frozen=True)
class Woken:
    """Why the sleep is over, and what is known of the writes before it."""

    because: Because
    sentence: str
    outcome: str = "woken"
    attempt: Attempt = field(default_factory=Attempt)
    owns_zero: bool = True
    """False where the count was seen raised: a zero after that is ours only with a record on it."""


@dataclass(frozen=True)
class NothingLeft:
    """There is nothing of ours any more to give back."""

    outcome: str
    sentence: str


def woken_by_request(life: Life) -> Woken:
    """Somebody asked for it."""
    wake = life.requests.wake
    assert wake is not None
    return Woken(Because.PERSON, f"woken by {wake.by}" + (f": {wake.reason}" if wake.reason else ""))
