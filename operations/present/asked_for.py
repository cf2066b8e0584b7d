"""Of which hibernations somebody wants to know, and in what order they are told."""

from collections.abc import Iterable
from typing import Any

from temporalio.client import Client

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from operations.standing.standing import WorkloadStanding
from policies.models import Frozen
from policies.policy.selectors import LabelSelector
from policies.sleep.messages import AWAKE_PHASES, Phase
from policies.workload import Workload

_ORDER = (Phase.RESUME_FAILING, Phase.RESUMING, Phase.PAUSING, Phase.ASLEEP, Phase.AWAKE, Phase.COOLING)


class StatusQuestion(Frozen):
    """Of which hibernations somebody wants to know; of all unless said."""

    namespace: str | None = None
    policy: str | None = None
    labels: LabelSelector | None = None
    """Of the Deployments as they are now: the cluster is asked as well."""

    def select(self, workloads: Iterable[Workload]) -> tuple[Workload, ...]:
        """Those with its labels."""
        return tuple(each for each in workloads if self.labels is None or self.labels.matches(each.labels))

    def covers(self, each: WorkloadStanding) -> bool:
        """Whether it is one of them, by all but its labels."""
        return self.namespace in {None, each.namespace} and self.policy in {None, each.policy}


EVERYONE = StatusQuestion()


async def list_asked_for(client: Client, cluster: str, question: StatusQuestion) -> tuple[ListedHibernation, ...]:
    """The open hibernations that are asked for, whatever their labels, in their order. Raises RPCError."""
    query = open_query(cluster, namespace=question.namespace, policy=question.policy)
    return tuple(sorted([each async for each in list_open_if_known(client, query)], key=rank))


def rank(each: ListedHibernation | WorkloadStanding) -> tuple[Any, ...]:
    """Those that fail to wake first, then by policy, state and name; those kept awake last."""
    failing, awake = each.phase == Phase.RESUME_FAILING, each.phase in AWAKE_PHASES
    phase = _ORDER.index(each.phase) if each.phase in _ORDER else len(_ORDER)
    return (not failing, awake, "" if awake else each.policy, phase, each.namespace, each.name)
