"""Of which hibernations somebody wants to know, and in what order they are told."""

import asyncio
from typing import Any

from temporalio.client import Client

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from operations.installation import Installation
from operations.listing import list_workloads
from operations.standing.standing import WorkloadStanding
from policies.models import Frozen
from policies.policy.selectors import LabelSelector
from policies.sleep.messages import AWAKE_PHASES, Phase

_ORDER = (Phase.RESUME_FAILING, Phase.RESUMING, Phase.PAUSING, Phase.ASLEEP, Phase.AWAKE, Phase.COOLING)


class StatusQuestion(Frozen):
    """Of which hibernations somebody wants to know; of all unless said."""

    namespace: str | None = None
    policy: str | None = None
    labels: LabelSelector | None = None
    """Of the Deployments as they are now: the cluster is asked as well."""

    def covers(self, each: WorkloadStanding) -> bool:
        """Whether it is one of them, by all but its labels."""
        return self.namespace in {None, each.namespace} and self.policy in {None, each.policy}


EVERYONE = StatusQuestion()


async def list_asked_for(
    installation: Installation, client: Client, question: StatusQuestion
) -> tuple[ListedHibernation, ...]:
    """The open hibernations that are asked for, in their order. Raises RPCError; KubernetesError for labels."""
    query = open_query(installation.settings.cluster, namespace=question.namespace, policy=question.policy)
    listed = [each async for each in list_open_if_known(client, query)]
    if question.labels is not None:
        found = await asyncio.to_thread(list_workloads, installation)
        selected = {each.ref.key for each in found.wakeable if question.labels.matches(each.labels)}
        listed = [each for each in listed if each.key in selected]
    return tuple(sorted(listed, key=rank))


def rank(each: ListedHibernation | WorkloadStanding) -> tuple[Any, ...]:
    """Those that fail to wake first, then by policy, state and name; those kept awake last."""
    failing, awake = each.phase == Phase.RESUME_FAILING, each.phase in AWAKE_PHASES
    phase = _ORDER.index(each.phase) if each.phase in _ORDER else len(_ORDER)
    return (not failing, awake, "" if awake else each.policy, phase, each.namespace, each.name)
