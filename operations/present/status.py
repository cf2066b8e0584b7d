"""How one cluster is, and who sleeps there: from Temporal's visibility alone. Never a query, so no worker is needed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from activities.snapshot import Hold
from operations.installation import Installation
from operations.listing import list_workloads
from operations.policy_source import read_quietly
from operations.present.first_windows import FirstWindowSeen, read_first_windows
from operations.present.often_woken import OftenWoken, find_often_woken
from operations.present.saved_now import SavedNow, add_up_sleepers
from operations.temporal import has_worker, open_client
from policies.calendar.allowance import Allowance, allowance_of
from policies.models import Frozen
from policies.policy.selectors import LabelSelector
from policies.sleep.messages import AWAKE_PHASES, Phase
from policies.sleep.reconciliation import ReconcileResult
from worker.temporal.cluster_record import read_record
from worker.temporal.reconciliations import read_last_reconciliation
from worker.temporal.schedule_states import ScheduleSeen, read_states

_ORDER = (Phase.RESUME_FAILING, Phase.RESUMING, Phase.PAUSING, Phase.ASLEEP, Phase.AWAKE, Phase.COOLING)


class ClusterStatus(Frozen):
    """How a cluster is, and who sleeps there."""

    cluster: str
    temporal: str
    """The address of the Temporal that was asked."""
    recorded: bool
    """False where Temporal's record of the cluster is gone or was edited, or no worker has written one yet."""
    hold: Hold | None = None
    worker: bool
    """Whether one polls for the cluster."""
    hibernations: tuple[ListedHibernation, ...] = ()
    """The open ones: those that fail to wake first, then by policy, state and name; those kept awake last."""
    reconciliation: ReconcileResult | None = None
    """The last that is over."""
    schedules: tuple[ScheduleSeen, ...] = ()
    often_woken: tuple[OftenWoken, ...] = ()
    zones: Mapping[str, str] = {}
    """The policies' zones, by the policies' names."""
    first_windows: tuple[FirstWindowSeen, ...] = ()
    allowances: Mapping[str, Allowance] = {}
    """How much sleep each policy allows; none where the policies cannot be read."""

    @property
    def asleep(self) -> int:
        """How many are at zero."""
        return sum(1 for each in self.hibernations if each.phase == Phase.ASLEEP)

    @property
    def savings(self) -> tuple[SavedNow, ...]:
        """What all that sleep save now, by currency."""
        return add_up_sleepers(self.hibernations)


_SLOW = ("reconciliation", "schedules", "often_woken", "zones", "first_windows", "allowances")
"""What changes every few minutes at most."""


class StatusQuestion(Frozen):
    """Of which hibernations somebody wants to know; of all unless said."""

    namespace: str | None = None
    policy: str | None = None
    labels: LabelSelector | None = None
    """Of the Deployments as they are now: the cluster is asked as well."""


EVERYONE = StatusQuestion()


async def read_status(installation: Installation, question: StatusQuestion = EVERYONE) -> ClusterStatus:
    """How the cluster is, and of who sleeps those that are asked for. Everything is asked at the same time.

    Raises ConnectionFailed, RPCError; KubernetesError where labels are asked for.
    """
    return await read_by(installation, await open_client(installation), question)


async def read_by(
    installation: Installation, client: Client, question: StatusQuestion, known: ClusterStatus | None = None
) -> ClusterStatus:
    """The same, of a Temporal that is connected to. With what is `known` already, only what changes from one moment to
    the next is asked again: who sleeps, the hold and the worker.
    """
    cluster = installation.settings.cluster
    hibernations, record, alive = await asyncio.gather(
        list_asked_for(installation, client, question), read_record(client, cluster), has_worker(client, cluster)
    )
    found = ClusterStatus(
        cluster=cluster,
        temporal=client.service_client.config.target_host,
        recorded=record is not None,
        hold=None if record is None else record.hold,
        worker=alive,
        hibernations=hibernations,
    )
    if known is not None:
        return found.replace(**{name: getattr(known, name) for name in _SLOW})
    now = datetime.now(UTC)
    policies, reconciliation, often = await asyncio.gather(
        asyncio.to_thread(read_quietly, installation),
        read_last_reconciliation(client, cluster),
        find_often_woken(client, cluster, now, question.namespace),
    )
    names = None if policies is None else [policy.name for policy in policies]
    return found.replace(
        zones={policy.name: policy.zone for policy in policies or ()},
        reconciliation=reconciliation,
        schedules=await read_states(client, cluster, names),
        often_woken=often,
        first_windows=await read_first_windows(client, cluster, policies or (), now),
        allowances={each.name: allowance_of(each, now) for each in policies or ()},
    )


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
    return tuple(sorted(listed, key=_rank))


def _rank(each: ListedHibernation) -> tuple[Any, ...]:
    failing, awake = each.phase == Phase.RESUME_FAILING, each.phase in AWAKE_PHASES
    phase = _ORDER.index(each.phase) if each.phase in _ORDER else len(_ORDER)
    return (not failing, awake, "" if awake else each.policy, phase, each.namespace, each.name)
