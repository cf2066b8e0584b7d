"""How far apart the clocks are that pauses and wakes go by.

Three clocks tell the time: Temporal's, by which timers fire, the API server's, by which the cluster dates what it
stores, and the worker's own. Where two of them are more than a minute apart, one is wrong, and it is not known which:
nothing is paused, and a timer wakes only when both Temporal and the cluster say that the time has come.
"""

from datetime import timedelta

from policies.durations import format_duration
from policies.models import Frozen

TOLERANCE = timedelta(seconds=60)
"""Whole seconds of a `Date` header, slow answers and clocks that are merely not kept well stay below it."""

MEANWHILE = "nothing is paused, and a timer wakes nothing until both Temporal and the cluster say so"
"""What that means, for the people who read of it."""


class ClockDrift(Frozen):
    """How far two clocks are ahead of the API server's; behind it where negative."""

    temporal: timedelta = timedelta(0)
    worker: timedelta = timedelta(0)
    told: bool = True
    """False where the API server has not said what time it is: then nothing was compared."""

    @property
    def apart(self) -> timedelta:
        """The larger of the two differences."""
        return max(abs(self.temporal), abs(self.worker))

    @property
    def temporal_ahead(self) -> timedelta:
        """How far Temporal's clock is ahead (negative: behind), and 0 where the difference is within the tolerance."""
        return self.temporal if abs(self.temporal) > TOLERANCE else timedelta(0)

    @property
    def objection(self) -> str:
        """Which clocks differ by how much, which is why nothing may be paused; empty where they agree."""
        if not self.told:
            return "the API server does not say what time it is, so no clock can be compared with it"
        ahead = {"Temporal's": self.temporal, "the worker's": self.worker}
        differing = {name: size for name, size in ahead.items() if abs(size) > TOLERANCE}
        if len(differing) > 1 and abs(self.temporal - self.worker) <= TOLERANCE:
            return f"the API server's clock is {say_ahead(-self.temporal)} Temporal's and the worker's"
        return " and ".join(f"{name} clock is {say_ahead(size)} the API server's" for name, size in differing.items())

    def worse(self, other: "ClockDrift") -> "ClockDrift":
        """The one of two comparisons that is further off."""
        return max(self, other, key=lambda drift: (not drift.told, drift.apart))


def say_ahead(ahead: timedelta) -> str:
    """`3h ahead of` or `1m30s behind`: to the second below ten minutes, and to the minute from there on."""
    unit = timedelta(seconds=1) if abs(ahead) < timedelta(minutes=10) else timedelta(minutes=1)
    size = format_duration(round(abs(ahead) / unit) * unit)
    return f"{size} ahead of" if ahead > timedelta(0) else f"{size} behind"
