"""What sleep avoided over a period: the cluster, Temporal and Prometheus are asked, and put together.

With the cluster or Temporal out of reach the other half is told, and which one is missing.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.service import RPCError

from activities.errors import IoError
from activities.prometheus.node_hours import NodeHours, count_node_hours
from operations.errors import OperationError, UsageProblem
from operations.installation import Installation
from operations.listing import list_workloads
from operations.past.past_sleeps import read_past_sleeps
from operations.past.reckoning import NOBODY_COUNTS, Savings, SleepingNow, SleptBefore, find_sleeping, reckon
from operations.temporal import open_client
from operations.times import read_moment
from policies.sleep.ledger import Period, Slept
from worker.errors import ConnectionFailed
from worker.temporal.retention import find_horizon

_DAYS = 30
_PROMETHEUS_SECONDS = 15.0


def read_period(since: str | None, until: str | None, now: datetime) -> Period:
    """The period that was asked for, which ends now at the latest. Raises UsageProblem."""
    end = now if until is None else min(read_moment(until, "--to", whole_day=True), now)
    start = end - timedelta(days=_DAYS) if since is None else read_moment(since, "--from")
    if start >= end:
        raise UsageProblem("--from must lie before --to, and in the past")
    return Period(since=start, until=end)


async def reckon_savings(
    installation: Installation, period: Period, namespace: str | None = None, policy: str | None = None
) -> Savings:
    """The savings of a period, of one namespace and one policy or of all.

    Raises OperationError where neither cluster nor Temporal can be asked.
    """
    now = await asyncio.to_thread(_look, installation, namespace)
    with installation.listener.progress("asking Temporal"):
        before = await _look_back(installation, period, namespace, now.sleeps)
    if now.trouble and before.trouble:
        raise OperationError(f"{now.trouble}; {before.trouble}")
    with installation.listener.progress("counting nodes"):
        nodes = await asyncio.to_thread(_count_nodes, installation, period)
    return reckon(period, now, before, nodes, policy=policy)


def _look(installation: Installation, namespace: str | None) -> SleepingNow:
    try:
        found = list_workloads(installation.within(namespace)).wakeable
    except IoError as error:
        return SleepingNow(trouble=f"the cluster cannot be asked, so what sleeps now is not counted: {error}")
    wanted = [each for each in found if namespace in {None, each.ref.namespace}]
    return find_sleeping(wanted, installation.known_instance)


async def _look_back(
    installation: Installation, period: Period, namespace: str | None, present: Sequence[Slept]
) -> SleptBefore:
    cluster, missing = installation.settings.cluster, "Temporal cannot be asked, so only what sleeps now is counted"
    try:
        client = await open_client(installation)
        _, since = await find_horizon(client, cluster, datetime.now(UTC))
        found = await read_past_sleeps(client, cluster, period, namespace, present)
        return SleptBefore(found=found, since=since)
    except ConnectionFailed as error:
        return SleptBefore(trouble=f"{missing}: {error}")
    except RPCError as error:
        return SleptBefore(trouble=f"{missing}: it refused: {error.message}")


def _count_nodes(installation: Installation, period: Period) -> NodeHours:
    try:
        prometheus = installation.cluster.prometheus(_PROMETHEUS_SECONDS)
    except IoError as error:
        return NodeHours(problem=str(error))
    if prometheus is None:
        return NodeHours(problem=NOBODY_COUNTS)
    return count_node_hours(prometheus, period.since, period.until, installation.settings.prometheus_matchers)
