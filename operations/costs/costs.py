"""What every Deployment costs an hour, and whether that figure is believed."""

from datetime import datetime

from activities.costs.source import CostSource
from activities.kube.workloads.pages import Unreadable
from operations.costs.ask_ahead import ask_ahead
from operations.costs.money import Spending, add_costs
from operations.installation import Installation
from operations.listing import list_workloads, point_out_empty
from policies.costs.cost import CostAnswer, HourlyCost
from policies.models import Frozen
from policies.policy.selectors import LabelSelector
from policies.workload import Workload

_AT_ZERO = "at zero replicas it costs nothing"
_UNREADABLE = "Unreadable"
"""The code of a Deployment whose requests cannot be read."""


class DeploymentCost(Frozen):
    """What one Deployment costs."""

    namespace: str
    name: str
    hourly_cost: float | None
    """CPU, memory and GPU as it runs. Not valid, it is the last one that was believed, or nothing."""
    currency: str
    source: str
    valid: bool
    reason: str
    """Where it is not valid: a code and a sentence. Where it is zero: why."""


class CostRow(DeploymentCost):
    """The same, and what is needed to judge it."""

    opinion: HourlyCost | None = None
    """Its requests by price list, beside a figure from another source."""

    @property
    def believed(self) -> HourlyCost | None:
        """Its cost, where that is believed."""
        if not self.valid or self.hourly_cost is None:
            return None
        return HourlyCost(amount=self.hourly_cost, currency=self.currency, source=self.source)


class CostTable(Frozen):
    """Deployments by namespace and name, then those that could not be understood."""

    rows: tuple[CostRow, ...]
    problem: str
    """What is wrong with the cost source; empty where it answered."""
    kept: str
    """How long a worker acts on what the source answered."""

    @property
    def at_zero(self) -> int:
        """How many cost nothing because none of their pods runs."""
        return sum(row.reason == _AT_ZERO for row in self.rows)

    @property
    def together(self) -> Spending:
        """What all of them cost."""
        return add_costs(row.believed for row in self.rows)


def list_costs(
    installation: Installation, namespace: str | None, now: datetime, selector: LabelSelector | None = None
) -> CostTable:
    """The Deployments of one namespace, or all of them, with their costs; of those only the selected ones.

    Raises KubernetesError.
    """
    installation = installation.within(namespace)
    ask_ahead(installation, now)
    listing = list_workloads(installation)
    point_out_empty(installation, listing, namespace)
    source = installation.cluster.source
    with installation.listener.progress(f"asking {source.name}"):
        answered = source.fetch(now)
    highest = installation.settings.max_hourly_cost
    rows = [
        _as_row(workload, answered.quote(workload).within(highest), source)
        for workload in sorted(listing.workloads, key=lambda each: (each.ref.namespace, each.ref.name))
        if namespace in {None, workload.ref.namespace} and (selector is None or selector.matches(workload.labels))
    ]
    if selector is None:  # what cannot be understood has no labels that are known
        unreadable = (_as_unreadable_row(each, source) for each in listing.unreadable)
        rows += [row for row in unreadable if namespace in {None, row.namespace}]
    return CostTable(rows=tuple(rows), problem=answered.problem, kept=answered.kept)


def _as_row(workload: Workload, answer: CostAnswer, source: CostSource) -> CostRow:
    cost = answer.cost if answer.earlier is None or answer.cost is not None else answer.earlier.cost
    reason = ""
    if answer.cost is None:
        code = "" if answer.doubt is None else f"{answer.doubt}: "
        stale = "" if answer.earlier is None else f"; shown is what was believed, {answer.earlier}"
        reason = f"{code}{answer.unknown_because}{stale}"
    elif workload.is_down:
        reason = _AT_ZERO
    return CostRow(
        namespace=workload.ref.namespace,
        name=workload.ref.name,
        hourly_cost=None if cost is None else cost.amount,
        currency=source.currency if cost is None else cost.currency,
        source=source.name if cost is None else cost.source,
        valid=answer.cost is not None,
        reason=reason,
        opinion=answer.opinion,
    )


def _as_unreadable_row(each: Unreadable, source: CostSource) -> CostRow:
    return CostRow(
        namespace="" if each.key is None else each.key.namespace,
        name=each.name if each.key is None else each.key.name,
        hourly_cost=None,
        currency=source.currency,
        source=source.name,
        valid=False,
        reason=f"{_UNREADABLE}: {each.problem}",
    )
