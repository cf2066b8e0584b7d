"""The sleeps that Temporal remembers of a period: of hibernations that ended, and the earlier ones of those still open.

What is asleep now is not asked here: the cluster itself knows, and knows it better.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.listing import ListedHibernation, as_listed, open_query, query_of
from operations.past.event_history import read_each
from operations.past.run_story import read_story
from policies.models import Frozen
from policies.names import hibernation_id
from policies.sleep.ledger import Period, Slept
from policies.sleep.messages import HibernationResult
from policies.times import to_rfc3339
from worker.temporal.run_results import read_result

AT_ITS_START = timedelta(seconds=10)
"""A hibernation dates its first pause as soon as it is started."""


class PastSleeps(Frozen):
    """The sleeps of a period, and of how many hibernations nothing could be read."""

    sleeps: tuple[Slept, ...] = ()
    """Those that are over."""
    going_on: tuple[Slept, ...] = ()
    """Those that their hibernations take to go on, as far as these were read: what is asleep, the cluster knows."""
    opened: tuple[ListedHibernation, ...] = ()
    """All open hibernations, also of what is awake, as visibility shows them."""
    unreadable: int = 0


async def read_past_sleeps(
    client: Client, cluster: str, period: Period, namespace: str | None, present: Sequence[Slept] = ()
) -> PastSleeps:
    """Everything Temporal knows of sleeps in the period. `present` are those that go on, where they are known. Raises
    RPCError.
    """
    runs = [*await _list(client, _closed_query(cluster, period, namespace))]
    known = {hibernation_id(cluster, sleep.ref.key): sleep for sleep in present}
    opened = await _list(client, open_query(cluster, namespace=namespace))
    runs += [run for run in opened if not _began_with(run, known.get(run.id))]
    found = await read_each(runs, partial(_read, client))
    told = [sleep for sleeps in found for sleep in sleeps or ()]
    return PastSleeps(
        sleeps=tuple(sleep for sleep in told if sleep.end is not None),
        going_on=tuple(sleep for sleep in told if sleep.end is None),
        opened=tuple([await as_listed(client, run.raw_info) for run in opened]),
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


def _began_with(run: WorkflowExecution, present: Slept | None) -> bool:
    """Whether an open hibernation began with its present sleep: then there is none before it, and a thousand sleepers
    cost no more than their listing. The number of its pause tells, and the time where it took over a sleep that another
    had begun.
    """
    if present is None or not present.pause_id.endswith("-1"):
        return False
    return abs(present.start - run.start_time) < AT_ITS_START


async def _list(client: Client, query: str) -> Sequence[WorkflowExecution]:
    """What a query finds; nothing where Temporal knows nothing of this product yet."""
    try:
        return [run async for run in client.list_workflows(query)]
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            return ()
        raise


async def _read(client: Client, run: WorkflowExecution) -> tuple[Slept, ...] | None:
    """The sleeps of a hibernation; None where it cannot be read, or was forgotten meanwhile."""
    try:
        if run.status is not WorkflowExecutionStatus.COMPLETED:
            story = await read_story(client, run)
            return None if story.begun is None else story.sleeps
        result = await read_result(client, run.id, run.run_id, HibernationResult)
    except RPCError:
        return None
    return None if result is None else result.sleeps
