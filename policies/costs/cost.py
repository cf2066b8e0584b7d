"""What a workload costs an hour, and where the figure comes from."""

import math
from datetime import datetime

from pydantic import Field

from policies.costs.doubts import Doubt, Objection
from policies.models import Frozen
from policies.times import to_rfc3339
from policies.wording import amount

GIB = 1024.0**3
MOST_AN_HOUR = 1e9
"""More than any Deployment costs an hour, in any currency. Anybody may write a figure into an annotation."""
_LONGEST = 200
"""Characters of a cost in an annotation."""


class Requests(Frozen):
    """What a Deployment's containers ask for: cores, bytes and GPUs."""

    cpu_cores: float = Field(default=0, ge=0)
    memory_bytes: float = Field(default=0, ge=0)
    gpus: float = Field(default=0, ge=0)

    @property
    def nothing(self) -> bool:
        """Whether no container asks for anything, so that a price list has no opinion."""
        return not (self.cpu_cores or self.memory_bytes or self.gpus)

    def __str__(self) -> str:
        parts = [f"{self.cpu_cores:g} cores" if self.cpu_cores else ""]
        parts.append(f"{self.memory_bytes / GIB:.4g} GiB" if self.memory_bytes else "")
        parts.append(f"{self.gpus:g} GPUs" if self.gpus else "")
        return ", ".join(part for part in parts if part) or "nothing"

    def plus(self, other: "Requests") -> "Requests":
        """Both together."""
        return Requests(
            cpu_cores=self.cpu_cores + other.cpu_cores,
            memory_bytes=self.memory_bytes + other.memory_bytes,
            gpus=self.gpus + other.gpus,
        )

    def times(self, count: int) -> "Requests":
        """The requests of `count` such pods."""
        return Requests(
            cpu_cores=self.cpu_cores * count, memory_bytes=self.memory_bytes * count, gpus=self.gpus * count
        )


class HourlyCost(Frozen):
    """CPU, memory and GPU of a whole Deployment for an hour, as it runs.

    Volumes and load balancers are left out: they go on costing while a workload sleeps.
    """

    amount: float
    currency: str
    source: str

    def __str__(self) -> str:
        return f"{amount(self.amount, self.currency, places=4)}/h ({self.source})"

    def as_text(self) -> str:
        """As an annotation carries it: amount, currency and source."""
        return f"{self.amount:.6f} {self.currency} {self.source}"

    @classmethod
    def from_text(cls, text: str) -> "HourlyCost | None":
        """The same read back, or None where it cannot be read or cannot be one: a price must never keep a workload
        asleep.
        """
        if len(text) > _LONGEST or not text.isprintable():
            return None
        parts = text.split(" ", 2)
        try:
            read = float(parts[0])
            return cls(amount=read, currency=parts[1], source=parts[2]) if 0 <= read <= MOST_AN_HOUR else None
        except (ValueError, IndexError):
            return None


class EarlierCost(Frozen):
    """A figure that was believed once and is too old to act on. It is shown, and never pauses anything."""

    cost: HourlyCost
    as_of: datetime

    def __str__(self) -> str:
        return f"{self.cost} until {to_rfc3339(self.as_of)}"


class CostAnswer(Frozen):
    """What a cost source says of one Deployment: a cost, or the reason why it gives none."""

    cost: HourlyCost | None = None
    unknown_because: str = ""
    doubt: Doubt | None = None
    """The code of that reason, where it has one."""
    opinion: HourlyCost | None = None
    """Requests by price list, beside a figure from another source."""
    earlier: EarlierCost | None = None
    """The last figure that was believed, where there is none now."""
    good_until: datetime | None = None
    """Until when somebody may act on the cost, where that ends: then it is asked for again."""

    @classmethod
    def unknown(cls, doubt: Doubt, sentence: str) -> "CostAnswer":
        """No cost, and why."""
        return cls(unknown_because=sentence, doubt=doubt)

    def doubted(self, objection: Objection) -> "CostAnswer":
        """The same answer, whose cost is not believed."""
        return self.replace(cost=None, unknown_because=objection.sentence, doubt=objection.doubt)

    def within(self, highest: float) -> "CostAnswer":
        """The same answer, with figures that can be some: from 0 to `highest` an hour."""
        if self.earlier is not None and not 0 <= self.earlier.cost.amount <= highest:
            return self.replace(earlier=None).within(highest)
        cost = self.cost
        if cost is None or (math.isfinite(cost.amount) and 0 <= cost.amount <= highest):
            return self
        sentence = f"{cost.amount:g} an hour lies outside 0 to {highest:g}, which is an error of the source"
        return self.doubted(Objection(Doubt.OUT_OF_BOUNDS, sentence))

    @property
    def evidence(self) -> dict[str, str]:
        """The figures that a decision rests on, for people."""
        told = {}
        if self.cost is not None:
            until = "" if self.good_until is None else f", good until {to_rfc3339(self.good_until)}"
            told["hourly cost"] = f"{self.cost}{until}"
        if self.doubt is not None:
            told["doubt"] = self.doubt.value
        if self.opinion is not None:
            told["second opinion"] = str(self.opinion)
        if self.earlier is not None:
            told["earlier cost"] = str(self.earlier)
        return told
