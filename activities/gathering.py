"""What a run needs to know beside the Deployments themselves, gathered once: costs, autoscalers, admission
services, and namespaces on their way out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activities.costs.source import Costs, CostSource
from activities.kube.admission import AdmissionServices, read_admission_services
from activities.kube.autoscalers import read_autoscalers
from activities.kube.namespaces import read_ending_namespaces
from activities.kube.transport import KubeTransport
from policies.checks import Autoscalers, Surroundings
from policies.workload import Workload


@dataclass(frozen=True)
class Gathered:
    """The surroundings of a run, and the answer of its cost source."""

    base: Surroundings
    costs: Costs
    admission: AdmissionServices | None

    def surroundings_for(self, workloads: tuple[Workload, ...], now: datetime) -> Surroundings:
        """The surroundings of these workloads at this moment."""
        behind: frozenset[str] = frozenset()
        if self.admission is not None:
            behind = frozenset(str(workload.ref) for workload in workloads if self.admission.behind(workload))
        return self.base.model_copy(update={"now": now, "behind_admission": behind})


class Gatherer:
    """Reads what surrounds the Deployments of one cluster."""

    def __init__(self, transport: KubeTransport, source: CostSource, surroundings: Callable[[], Surroundings]) -> None:
        self._transport = transport
        self._source = source
        self._surroundings = surroundings

    def gather(self, now: datetime) -> Gathered:
        """Ask the cost source once, and list what autoscales, what serves admission, and what is being deleted.

        A missing right is an answer (unknown), an unreachable server raises KubernetesError, a cost source in
        trouble answers every question with unknown.
        """
        autoscalers: Autoscalers | None = read_autoscalers(self._transport)
        ending = read_ending_namespaces(self._transport)
        base = self._surroundings().model_copy(
            update={"now": now, "autoscalers": autoscalers, "ending_namespaces": ending}
        )
        return Gathered(base=base, costs=self._source.fetch(now), admission=read_admission_services(self._transport))
