"""What is remembered of a cluster: which one it is, whose it is, and whether a hold is on.

It stands in the memo of the action of the Schedule `reconcile/<cluster>`: a Schedule's own memo can never change,
its action's can, and `describe` returns it. So a hold outlives every worker and needs no store of ours.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import CLUSTER
from activities.snapshot import Hold
from policies.models import Frozen
from policies.names import RECONCILIATION, reconcile_id, run_queue
from policies.sleep.reconciliation import Reconcile
from worker.errors import RecordUnreadable
from worker.temporal.schedules import is_made_of, renewed, run_soon, spread, with_fingerprint

EVERY = timedelta(minutes=5)
LONGEST = timedelta(minutes=4, seconds=30)
"""Of one reconciliation: it has ended before the next one is due."""
_MEMO = "cluster"


class ClusterRecord(Frozen):
    """The cluster's identity, the installation it belongs to, and the hold if one is on."""

    identity: str
    instance: str = ""
    hold: Hold | None = None


async def read_record(client: Client, cluster: str) -> ClusterRecord | None:
    """The record, or None where no record can be read: no worker has been up for this cluster yet, or somebody deleted
    or edited the Schedule. Then it is not known whether a hold is on.
    """
    description = await _describe(client, cluster)
    return None if description is None else await _decode(client, description)


async def read_birth(client: Client, cluster: str) -> datetime | None:
    """When the first worker claimed the cluster on this Temporal: nothing is known from before. None: no worker yet."""
    description = await _describe(client, cluster)
    return None if description is None else description.info.created_at


async def create_record(client: Client, cluster: str, record: ClusterRecord) -> ClusterRecord:
    """Remember a cluster. Returns what stands there now: somebody may have been quicker."""
    try:
        await client.create_schedule(
            reconcile_id(cluster),
            _schedule(cluster, record),
            search_attributes=TypedSearchAttributes([SearchAttributePair(CLUSTER, cluster)]),
        )
    except ScheduleAlreadyRunningError:
        there = await read_record(client, cluster)
        if there is not None:
            return there
        await change_record(client, cluster, lambda _: record)  # somebody edited the Schedule, and the memo is gone
    return record


async def set_hold(client: Client, cluster: str, hold: Hold | None) -> None:
    """Set or release the hold. Raises RecordUnreadable where there is no record."""

    def change(record: ClusterRecord | None) -> ClusterRecord:
        if record is None:
            raise RecordUnreadable(cluster)
        return record.replace(hold=hold)

    try:
        await change_record(client, cluster, change)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise RecordUnreadable(cluster) from error
        raise


async def change_record(client: Client, cluster: str, change: Callable[[ClusterRecord | None], ClusterRecord]) -> None:
    """Replace the record. Raises RPCError NOT_FOUND where there is no Schedule to carry it."""

    async def apply(update: ScheduleUpdateInput) -> ScheduleUpdate:
        record = change(await _decode(client, update.description))
        return renewed(update.description.schedule, _schedule(cluster, record))

    await client.get_schedule_handle(reconcile_id(cluster)).update(apply)


async def renew_record(client: Client, cluster: str, record: ClusterRecord) -> None:
    """Bring the Schedule that carries this record in step with this program. Raises RPCError."""
    if not await is_made_of(client, client.get_schedule_handle(reconcile_id(cluster)), _schedule(cluster, record)):
        await change_record(client, cluster, lambda there: there or record)


async def start_reconciling(client: Client, cluster: str) -> bool:
    """Let the Schedule run once, now. False where somebody paused it: that is left as it is. Raises RPCError."""
    return await run_soon(client, reconcile_id(cluster))


async def _describe(client: Client, cluster: str) -> ScheduleDescription | None:
    try:
        return await client.get_schedule_handle(reconcile_id(cluster)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _decode(client: Client, description: ScheduleDescription) -> ClusterRecord | None:
    action = description.schedule.action
    if not isinstance(action, ScheduleActionStartWorkflow) or not action.memo or _MEMO not in action.memo:
        return None
    payload = action.memo[_MEMO]
    try:
        if isinstance(payload, Payload):
            (payload,) = await client.data_converter.decode([payload], [ClusterRecord])
        return ClusterRecord.model_validate(payload)
    except ValidationError:
        return None


def _schedule(cluster: str, record: ClusterRecord) -> Schedule:
    """The record itself is no part of what the Schedule is made of: a hold changes nothing else."""
    bare = with_fingerprint(
        Schedule(
            action=ScheduleActionStartWorkflow(
                RECONCILIATION,
                Reconcile(cluster=cluster),
                id=reconcile_id(cluster),
                task_queue=run_queue(cluster),
                execution_timeout=LONGEST,
                typed_search_attributes=TypedSearchAttributes([SearchAttributePair(CLUSTER, cluster)]),
                static_summary=f"compare annotations with open hibernations on {cluster}",
            ),
            spec=ScheduleSpec(intervals=[spread(EVERY, reconcile_id(cluster))]),
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10)),
            state=ScheduleState(note="holds the cluster's identity and its hold, too"),
        )
    )
    action = bare.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    return replace(bare, action=replace(action, memo={**(action.memo or {}), _MEMO: record}))
