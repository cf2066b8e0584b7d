"""What a run needs to know beside the Deployments themselves, gathered once: costs, idleness, autoscalers, what others
call, and namespaces on their way out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from activities.costs.source import Costs, CostSource
from activities.idleness.source import Idleness, IdleSource, NoIdleness, TellsUsage
from activities.kube.objects.admission import BackendReader
from activities.kube.objects.autoscalers import read_autoscalers
from activities.kube.objects.namespaces import read_namespaces
from activities.kube.transport import KubeTransport
from policies.calendar.sleep_windows import vetoes
from policies.checks import Autoscalers, Case, Surroundings
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload


@dataclass(frozen=True)
class Gathered:
    """The surroundings of a run, and the answers of its sources of costs and idleness."""

    base: Surroundings
    costs: Costs
    idleness: Idleness = field(default_factory=NoIdleness)
    namespaces: frozenset[str] | None = None
    """All that there are; None where they may not be listed."""

    def surroundings_at(self, now: datetime, policies: Iterable[EnforcementPolicy] = ()) -> Surroundings:
        """The surroundings at this moment, under all policies that there are."""
        return self.base.replace(now=now, keeping_awake=vetoes(policies, now))

    def case(self, policy: EnforcementPolicy, workload: Workload, surroundings: Surroundings) -> Case:
        """One workload before one policy, with what both sources say of it."""
        return Case(
            policy=policy,
            workload=workload,
            surroundings=surroundings,
            cost=self.costs.quote(workload),
            idleness=self.idleness.judge(workload, policy),
        )


class Gatherer:
    """Reads what surrounds the Deployments of one cluster."""

    def __init__(
        self,
        transport: KubeTransport,
        source: CostSource,
        surroundings: Callable[[], Surroundings],
        idle_source: IdleSource | None = None,
        backends: BackendReader | None = None,
    ) -> None:
        """`backends` is shared with the others that ask for them."""
        self._transport = transport
        self._source = source
        self._surroundings = surroundings
        self._idle_source = idle_source
        self._backends = backends or BackendReader(transport)

    def gather(self, now: datetime, policies: Iterable[EnforcementPolicy] = ()) -> Gathered:
        """Ask the sources once, and list what autoscales, what others call, and what is being deleted.

        Idleness is asked only as far as these policies want to know it. A missing right is an answer (unknown), an
        unreachable server raises KubernetesError, a source in trouble answers every question with unknown.
        """
        autoscalers: Autoscalers | None = read_autoscalers(self._transport)
        namespaces = read_namespaces(self._transport)
        base = self._surroundings().replace(
            now=now,
            autoscalers=autoscalers,
            ending_namespaces=namespaces.ending,
            namespace_marks=namespaces.marks,
            backends=self._backends.read().backends,
        )
        costs = self._source.fetch(now)
        idleness: Idleness = NoIdleness()
        if self._idle_source is not None:
            idleness = self._idle_source.fetch(now, policies, costs if isinstance(costs, TellsUsage) else None)
        return Gathered(base=base, costs=costs, idleness=idleness, namespaces=namespaces.names)
