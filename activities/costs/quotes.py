"""One answer of OpenCost's, as prices of workloads.

Who is who comes from Kubernetes, only the price comes from OpenCost, and requests by price list stand beside it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.costs.figures import KeptFigures
from activities.costs.source import Costs
from activities.idleness.source import UsageAverage
from policies.costs.cost import CostAnswer, HourlyCost
from policies.costs.doubts import Doubt, Objection
from policies.costs.opencost.rows import Usage
from policies.costs.overlaps import PodSelection, object_to_selections
from policies.costs.second_source import weigh
from policies.keys import WorkloadKey
from policies.workload import Workload

NAME = "OpenCost"

_UNSEEN = timedelta(hours=1)
"""What may have passed since the end of the window, which is a full hour."""

_NO_ROW = Objection(Doubt.NO_ROW, f"it runs and {NAME} has no row for it, so it knows nothing of its pods")
_STALE = Objection(Doubt.STALE, f"the answer of {NAME} is too old to act on")


@dataclass(frozen=True)
class WorkloadsSeen:
    """What the cluster itself says of its workloads."""

    running: Collection[WorkloadKey] = ()
    objections: Mapping[WorkloadKey, Objection] = field(default_factory=dict)
    """Of those whose rows cannot be trusted to be about them."""

    @classmethod
    def of(cls, selections: Sequence[PodSelection]) -> "WorkloadsSeen":
        """What a listing says. A selector counts at zero replicas too: OpenCost goes by it all the same."""
        running = frozenset(selection.key for selection in selections if selection.replicas > 0)
        return cls(running, object_to_selections(selections))


@dataclass(frozen=True)
class Quotes:
    """What one answer says of each Deployment, for as long as the answer is fresh."""

    currency: str
    opinions: Costs
    is_fresh: Callable[[], bool]
    problem: str = ""
    doubt: Doubt | None = None
    answered: str = ""
    kept: str = ""
    good_until: datetime | None = None
    amounts: Mapping[WorkloadKey, float] = field(default_factory=dict)
    usages: Mapping[WorkloadKey, Usage] = field(default_factory=dict)
    doubts: Mapping[WorkloadKey, Objection] = field(default_factory=dict)
    earlier: KeptFigures | None = None
    """The last figures that were believed; where the answer is good, its own."""

    def quote(self, workload: Workload) -> CostAnswer:
        """The cost by its row, with the second opinion beside it. At zero it costs nothing, whatever it cost before."""
        if workload.is_down:
            return CostAnswer(cost=self._cost(0.0))
        return weigh(self._answer(workload.ref.key), self.opinions.quote(workload))

    def usage_of(self, workload: Workload) -> UsageAverage | None:
        """The CPU it used on average, where what OpenCost says of it is believed."""
        key = workload.ref.key
        usage = self.usages.get(key)
        if usage is None or self.problem or key in self.doubts or not self.is_fresh():
            return None
        return UsageAverage(NAME, usage.cores, timedelta(minutes=usage.minutes) - _UNSEEN)

    def _answer(self, key: WorkloadKey) -> CostAnswer:
        earlier = None if self.earlier is None else self.earlier.of(key)
        if self.problem:
            return CostAnswer(unknown_because=self.problem, doubt=self.doubt, earlier=earlier)
        if key in self.doubts:
            return CostAnswer().doubted(self.doubts[key])
        if key not in self.amounts:
            return CostAnswer().doubted(_NO_ROW)
        if not self.is_fresh():
            return CostAnswer(earlier=earlier).doubted(_STALE)
        return CostAnswer(cost=self._cost(self.amounts[key]), good_until=self.good_until)

    def _cost(self, amount: float) -> HourlyCost:
        return HourlyCost(amount=amount, currency=self.currency, source=NAME)
