"""All clusters that one Temporal namespace knows: is a worker there, what sleeps, what is in trouble."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.hibernation.listing import list_open_if_known, open_query
from operations.failures import describe_failure
from operations.installation import Installation
from operations.present.saved_now import SavedNow, add_up_sleepers
from operations.temporal import has_worker, open_client
from policies.models import Frozen
from policies.names import reconcile_id
from policies.sleep.discrepancies import OVERDUE_AFTER
from policies.sleep.messages import AWAKE_PHASES, Phase
from worker.errors import ConnectionFailed
from worker.temporal.cluster_record import read_record
from worker.temporal.reconciliations import read_last_reconciliation

_BEGINNING = reconcile_id("")


class ClusterOverview(Frozen):
    """How one cluster is."""

    cluster: str
    worker: bool | None
    """None where Temporal did not say."""
    hold: str = ""
    """Who set it."""
    asleep: int = 0
    in_trouble: int = 0
    """Sleepers that cannot wake at present."""
    overdue: int = 0
    savings: tuple[SavedNow, ...] = ()
    """What they save now, by currency."""
    reconciled_at: datetime | None = None
    trouble: str = ""
    """Why nothing of it could be read."""

    @property
    def is_served(self) -> bool:
        """False where nothing of it could be read, or something sleeps and no worker is there to wake it."""
        return not self.trouble and (bool(self.worker) or not self.asleep)


async def look_at_clusters(installation: Installation) -> tuple[ClusterOverview, ...]:
    """All of them, by name. Raises ConnectionFailed, and RPCError where they cannot be listed."""
    return await look_at_each(await open_client(installation))


async def look_at_each(client: Client) -> tuple[ClusterOverview, ...]:
    """The same, of a Temporal that is connected to. Raises RPCError where they cannot be listed."""
    return tuple([await _try_to_look(client, name) for name in sorted([each async for each in _list_names(client)])])


async def _list_names(client: Client) -> AsyncIterator[str]:
    """The names of the clusters that a worker was ever up for. Raises RPCError."""
    async for each in await client.list_schedules():
        if each.id.startswith(_BEGINNING):
            yield each.id.removeprefix(_BEGINNING)


async def _try_to_look(client: Client, cluster: str) -> ClusterOverview:
    """How one is. That it cannot be read is said in its own line, and does not affect the others."""
    try:
        return await _look_at(client, cluster)
    except (RPCError, ConnectionFailed) as error:
        return ClusterOverview(cluster=cluster, worker=None, trouble=describe_failure(error))


async def _look_at(client: Client, cluster: str) -> ClusterOverview:
    """How it is, by Temporal alone: a cluster that is down is told like any other. Raises RPCError."""
    record = await read_record(client, cluster)
    last = await read_last_reconciliation(client, cluster)
    sleepers = [row async for row in list_open_if_known(client, open_query(cluster)) if row.phase not in AWAKE_PHASES]
    late = datetime.now(UTC) - OVERDUE_AFTER
    return ClusterOverview(
        cluster=cluster,
        worker=await has_worker(client, cluster),
        hold="" if record is None or record.hold is None else record.hold.by,
        asleep=len(sleepers),
        in_trouble=sum(bool(row.trouble) or row.phase is Phase.RESUME_FAILING for row in sleepers),
        overdue=sum(row.resume_at is not None and row.resume_at < late for row in sleepers),
        savings=add_up_sleepers(sleepers),
        reconciled_at=None if last is None else last.at,
    )
