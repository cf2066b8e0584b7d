"""How one cluster is, and who sleeps there: from Temporal's visibility alone. Never a query, so no worker is needed."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from activities.snapshot import Hold
from operations.installation import Installation
from operations.policy_source import read_quietly
from operations.present.first_windows import FirstWindowSeen, read_first_windows
from operations.present.often_woken import OftenWoken, find_often_woken
from operations.present.saved_now import SavedNow, add_up_sleepers
from operations.temporal import has_worker, open_client
from policies.calendar.allowance import Allowance, allowance_of
from policies.models import Frozen
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


async def read_status(installation: Installation, namespace: str | None = None) -> ClusterStatus:
    """How the cluster is; of who sleeps only those of a namespace, where one is named.

    Raises ConnectionFailed, RPCError.
    """
    client = await open_client(installation)
    cluster = installation.settings.cluster
    record = await read_record(client, cluster)
    hibernations = [each async for each in list_open_if_known(client, open_query(cluster, namespace=namespace))]
    alive = await has_worker(client, cluster)
    reconciliation = await read_last_reconciliation(client, cluster)
    policies = await asyncio.to_thread(read_quietly, installation)
    names, now = None if policies is None else [policy.name for policy in policies], datetime.now(UTC)
    return ClusterStatus(
        cluster=cluster,
        temporal=client.service_client.config.target_host,
        recorded=record is not None,
        hold=None if record is None else record.hold,
        worker=alive,
        hibernations=tuple(sorted(hibernations, key=_rank)),
        reconciliation=reconciliation,
        schedules=await read_states(client, cluster, names),
        often_woken=await find_often_woken(client, cluster, now, namespace),
        first_windows=await read_first_windows(client, cluster, policies or (), now),
        allowances={each.name: allowance_of(each, now) for each in policies or ()},
    )


def _rank(each: ListedHibernation) -> tuple[Any, ...]:
    failing, awake = each.phase == Phase.RESUME_FAILING, each.phase in AWAKE_PHASES
    phase = _ORDER.index(each.phase) if each.phase in _ORDER else len(_ORDER)
    return (not failing, awake, "" if awake else each.policy, phase, each.namespace, each.name)
