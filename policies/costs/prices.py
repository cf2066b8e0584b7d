"""The price list: what a core, a GiB and a GPU cost an hour, and on which nodes they cost something else.

The default figures are those of OpenCost's own default price list ("based on GCP us-central1"), on demand: a reader
who compares both tools should find the same number.
"""

from collections.abc import Mapping

from pydantic import Field

from policies.costs.cost import GIB, CostAnswer, HourlyCost, Requests
from policies.costs.doubts import Doubt
from policies.models import Frozen


class Rates(Frozen):
    """Prices of an hour: one CPU core, one GiB of memory, one GPU."""

    cpu_core: float = Field(default=0.031611, ge=0, le=1000)
    memory_gib: float = Field(default=0.004237, ge=0, le=1000)
    gpu: float = Field(default=0.95, ge=0, le=1000)

    def price(self, requests: Requests) -> float:
        """The price of an hour of these requests."""
        return (
            requests.cpu_cores * self.cpu_core
            + requests.memory_bytes / GIB * self.memory_gib
            + requests.gpus * self.gpu
        )


class NodePrice(Frozen):
    """Other prices for the nodes that carry all of these labels: own rates, a factor (spot), or both."""

    labels: dict[str, str] = Field(min_length=1)
    rates: Rates | None = None
    factor: float = Field(default=1.0, gt=0, le=10)

    def covers(self, node_labels: Mapping[str, str]) -> bool:
        """Whether a node with these labels is meant."""
        return all(node_labels.get(key) == value for key, value in self.labels.items())


class PriceList(Frozen):
    """Prices by request. Where several node prices cover a node, the first in the list counts."""

    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    rates: Rates = Rates()
    nodes: tuple[NodePrice, ...] = ()

    @property
    def needs_nodes(self) -> bool:
        """Whether a price depends on where the pods run, so that pods and nodes have to be listed."""
        return bool(self.nodes)

    def quote(self, per_pod: Requests, replicas: int, placements: tuple[Mapping[str, str], ...] = ()) -> CostAnswer:
        """The hourly cost of so many pods with the same requests; a placement is the labels of one pod's node.

        Pods without a placement take the plain rates, all at once: a count may be absurd. Without requests there is no
        opinion: a workload that asks for nothing may use a lot. At zero replicas it costs nothing all the same.
        """
        if per_pod.nothing and replicas > 0:
            return CostAnswer.unknown(
                Doubt.NO_REQUESTS, "its containers request nothing, so the price list has no opinion"
            )
        placed = placements[:replicas]
        amount = sum(self._price_on(labels, per_pod) for labels in placed)
        amount += self._price_on({}, per_pod) * (replicas - len(placed))
        return CostAnswer(cost=HourlyCost(amount=amount, currency=self.currency, source="price list"))

    def _price_on(self, labels: Mapping[str, str], per_pod: Requests) -> float:
        for node in self.nodes:
            if node.covers(labels):
                return (node.rates or self.rates).price(per_pod) * node.factor
        return self.rates.price(per_pod)
