"""How an attempt to write has gone so far: rounds, faults, and what may still land."""

from dataclasses import dataclass
from datetime import timedelta

from activities.hibernation.orders import WriteOutcome

ROUNDS = 5
"""Rounds of read, decide, write after a 409, without back-off: the deployment controller's own status write after W1
makes a conflict ordinary, so it is no fault."""
FAULTS = 5
FIRST_BACK_OFF = timedelta(seconds=1)
LONGEST_BACK_OFF = timedelta(minutes=5)


GIVEN_UP = WriteOutcome(result="unknown", sentence="somebody wants it awake, so the write was not waited for")
"""Of a write that a person's wake took out of its queue. Nothing failed."""


@dataclass
class Attempt:
    """The state of one attempt to pause or to wake."""

    rounds: int = 0
    faults: int = 0
    unknown: bool = False
    """A write may have landed, or may still land."""
    touched: bool = False
    """Something of ours landed, or may have."""
    gave_back: bool = False
    """W3 is known to have landed."""
    trouble: str = ""
    changed_to: int | None = None
    """What admission made of our zero, which is to be scaled up again."""

    def take(self, outcome: WriteOutcome) -> None:
        """Learn from an outcome that is not done."""
        self.touched = self.touched or outcome.landed > 0 or outcome.result == "unknown"
        self.unknown = self.unknown or outcome.result == "unknown"
        if outcome.changed_to is not None:
            # Of a pause. A wake whose count is changed too is left at that: it would be so for ever.
            self.changed_to = outcome.changed_to if outcome.result == "denied" else None
        if outcome is GIVEN_UP:
            return
        if outcome.result == "conflict":
            self.rounds += 1
        else:
            self.faults += 1
            self.trouble = outcome.sentence

    @property
    def exhausted(self) -> bool:
        """Whether a pause has been tried often enough. A wake never is."""
        return self.rounds > ROUNDS or self.faults >= FAULTS

    def back_off(self, outcome: WriteOutcome) -> timedelta:
        """How long to wait before the next round: not at all for the first conflicts and the first fault, then 1, 2,
        4, 8 s and so on up to 5 minutes, and never less than the server asked for. A conflict is no fault: it does not
        wait for what failed before it.
        """
        asked = timedelta(seconds=outcome.retry_after_seconds or 0)
        steps = (self.rounds - ROUNDS if outcome.result == "conflict" else self.faults) - 1
        if steps < 1:
            return asked
        return max(asked, doubled(FIRST_BACK_OFF, steps - 1))


def doubled(first: timedelta, times: int) -> timedelta:
    """A back-off that doubles from the first one, up to 5 minutes."""
    longer: timedelta = first * 2 ** min(times, 16)
    return min(longer, LONGEST_BACK_OFF)
