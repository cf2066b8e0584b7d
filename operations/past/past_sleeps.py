"""The sleeps that Temporal remembers of a period: of hibernations that are over, and of those kept open while awake.

Who sleeps now is not asked here: the cluster itself knows, and knows it better.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.listing import in_phases, open_query, query_of
from activities.hibernation.visibility import HIBERNATION_STATE
from operations.past.event_history import read_each, read_events, read_result
from policies.annotations import PauseRecord
from policies.models import Frozen
from policies.sleep.ledger import Period, Slept
from policies.sleep.messages import SAVING_PHASES, Hibernation, Phase
from policies.times import to_rfc3339
from policies.workload import WorkloadRef

_WAKES = ("send_resume", "send_clear")
_HOUR = timedelta(hours=1)


class PastSleeps(Frozen):
    """The sleeps of a period, and of how many hibernations nothing could be read."""

    sleeps: tuple[Slept, ...] = ()
    unreadable: int = 0


async def read_past_sleeps(client: Client, cluster: str, period: Period, namespace: str | None) -> PastSleeps:
    """Everything Temporal knows of sleeps in the period that are over. Raises RPCError."""
    runs = [*await _list(client, _closed_query(cluster, period, namespace))]
    runs += await _list(client, _awake_query(cluster, namespace))
    found = await read_each(runs, partial(_read, client))
    return PastSleeps(
        sleeps=tuple(sleep for sleeps in found for sleep in sleeps or ()),
        unreadable=sum(sleeps is None for sleeps in found),
    )


def _closed_query(cluster: str, period: Period, namespace: str | None) -> str:
    """The query for hibernations that ended since the period began; all values are names that were validated, and times
    of ours.
    """
    return query_of(
        cluster,
        "ExecutionStatus != 'Running'",
        f"CloseTime >= '{to_rfc3339(period.since)}'",
        f"StartTime <= '{to_rfc3339(period.until)}'",
        namespace=namespace,
    )


def _awake_query(cluster: str, namespace: str | None) -> str:
    """The query for hibernations whose sleep is over and that stay open for a while."""
    return f"{open_query(cluster, namespace=namespace)} AND {in_phases(Phase.COOLING, Phase.AWAKE)}"


async def _list(client: Client, query: str) -> Sequence[WorkflowExecution]:
    """What a query finds; nothing where Temporal knows nothing of this product yet."""
    try:
        return [run async for run in client.list_workflows(query)]
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            return ()
        raise


async def _read(client: Client, run: WorkflowExecution) -> tuple[Slept, ...] | None:
    """The sleeps of one hibernation; None where it cannot be read, or is forgotten since it was listed."""
    try:
        if run.status is not WorkflowExecutionStatus.COMPLETED:
            return await _from_events(client, run)
        result = await read_result(client, run)
    except RPCError:
        return None
    return None if result is None else result.sleeps


async def _from_events(client: Client, run: WorkflowExecution) -> tuple[Slept, ...] | None:
    """The sleeps of one that left no result: each from its record until its resume was sent.

    One that was ended while its workload slept slept until then, as far as this one knows.
    """
    begun: Hibernation | None = None
    sleeps: dict[str, Slept] = {}
    last = ""
    async for event in read_events(client, run):
        begun = event.begun or begun
        if begun is None:
            return None
        if event.record is not None:
            last = event.record.pause_id
            sleeps.setdefault(last, _begin(begun.ref, event.record))
        if event.activity in _WAKES and last in sleeps:
            sleeps[last] = sleeps[last].replace(end=event.at)
    return tuple(_end(sleep, run) for sleep in sleeps.values())


def _begin(ref: WorkloadRef, record: PauseRecord) -> Slept:
    return Slept(
        ref=ref, policy=record.policy, start=record.paused_at, pause_id=record.pause_id, cost=record.cost, end=None
    )


def _end(sleep: Slept, run: WorkflowExecution) -> Slept:
    """No resume was sent: it slept to the end of its workflow, where it slept at all."""
    if sleep.end is not None:
        return sleep
    asleep = run.typed_search_attributes.get(HIBERNATION_STATE) in SAVING_PHASES
    end: datetime = run.close_time if asleep and run.close_time is not None else sleep.start
    return sleep.replace(end=end)
