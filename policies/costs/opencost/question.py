"""What an answer is held against: the span that was asked for, and what may stand in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.costs.prices import Rates
from policies.models import Frozen
from policies.times import to_rfc3339
from policies.wildcards import matches


@dataclass(frozen=True)
class AllocationWindow:
    """The span that is asked for: whole hours, in the past."""

    start: datetime
    end: datetime

    @classmethod
    def before(cls, end: datetime, length: timedelta) -> "AllocationWindow":
        """The window of this length that ends with the last full hour."""
        last = end.replace(minute=0, second=0, microsecond=0)
        return cls(last - length, last)

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.end - self.start) / timedelta(minutes=1)

    def __str__(self) -> str:
        """As every build of OpenCost reads it: whole seconds and `Z`."""
        return f"{to_rfc3339(self.start)},{to_rfc3339(self.end)}"


class AllocationQuestion(Frozen):
    """One question to OpenCost, and the bounds of what is believed of its answer."""

    window: AllocationWindow
    cluster: str = ""
    """The one whose rows count, where OpenCost knows several."""
    namespaces: tuple[str, ...] = ()
    """Names, or the beginnings of names with a star behind; none means all."""
    reference: Rates = Rates()
    """The prices that OpenCost's are compared with, in the same currency."""
    most_unallocated: float = 0.5
    """The share of the cost that may belong to no controller."""

    def is_about(self, namespace: str) -> bool:
        """Whether rows of this namespace were asked for. A server that ignores the filter sends the others too."""
        return not self.namespaces or any(matches(pattern, namespace) for pattern in self.namespaces)
