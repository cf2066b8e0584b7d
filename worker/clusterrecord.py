"""What is remembered of a cluster: which one it is, whose it is, and whether a hold is on.

It stands in the memo of the action of the Schedule `reconcile/<cluster>`: a Schedule's own memo can never change,
its action's can, and `describe` returns it. So a hold outlives every worker and needs no store of ours.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.snapshot import Hold
from activities.visibility import CLUSTER
from policies.models import Frozen
from policies.names import RECONCILIATION, reconcile_id, task_queue
from policies.reconciling import Reconcile

EVERY = timedelta(minutes=5)
_MEMO = "cluster"


class ClusterRecord(Frozen):
    """The cluster's identity, the installation it belongs to, and the hold if one is on."""

    identity: str
    instance: str = ""
    hold: Hold | None = None


async def read_record(client: Client, cluster: str) -> ClusterRecord | None:
    """The record, or None where no worker has been up for this cluster yet."""
    description = await _describe(client, cluster)
    return None if description is None else await _decode(client, description)


async def read_birth(client: Client, cluster: str) -> datetime | None:
    """When the first worker claimed the cluster on this Temporal: nothing is known from before. None: no worker yet."""
    description = await _describe(client, cluster)
    return None if description is None else description.info.created_at


async def create_record(client: Client, cluster: str, record: ClusterRecord) -> ClusterRecord:
    """Remember a cluster. Answers what stands there now: somebody may have been quicker."""
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
    """Set or release the hold. Raises RPCError NOT_FOUND where no worker has been up for this cluster yet."""

    def change(record: ClusterRecord | None) -> ClusterRecord:
        assert record is not None
        return record.model_copy(update={"hold": hold})

    await change_record(client, cluster, change)


async def change_record(client: Client, cluster: str, change: Callable[[ClusterRecord | None], ClusterRecord]) -> None:
    """Replace the record. Raises RPCError NOT_FOUND where no worker has been up for this cluster yet."""

    async def apply(update: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = update.description.schedule
        schedule.action = _action(cluster, change(await _decode(client, update.description)))
        return ScheduleUpdate(schedule)

    await client.get_schedule_handle(reconcile_id(cluster)).update(apply)


async def start_reconciling(client: Client, cluster: str) -> None:
    """Let the Schedule run, with one run at once; behind one that is under way, which may have looked too early."""
    handle = client.get_schedule_handle(reconcile_id(cluster))
    if (await handle.describe()).schedule.state.paused:
        await handle.unpause(note="a worker is there that repairs")
    await handle.trigger(overlap=ScheduleOverlapPolicy.BUFFER_ONE)


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
    if isinstance(payload, Payload):
        (payload,) = await client.data_converter.decode([payload], [ClusterRecord])
    return ClusterRecord.model_validate(payload)


def _schedule(cluster: str, record: ClusterRecord) -> Schedule:
    return Schedule(
        action=_action(cluster, record),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10)),
        state=ScheduleState(note="holds the cluster's identity and its hold, too"),
    )


def _action(cluster: str, record: ClusterRecord) -> ScheduleActionStartWorkflow:
    return ScheduleActionStartWorkflow(
        RECONCILIATION,
        Reconcile(cluster=cluster),
        id=reconcile_id(cluster),
        task_queue=task_queue(cluster),
        execution_timeout=EVERY,
        memo={_MEMO: record},
        typed_search_attributes=TypedSearchAttributes([SearchAttributePair(CLUSTER, cluster)]),
        static_summary=f"compare annotations with open hibernations on {cluster}",
    )
