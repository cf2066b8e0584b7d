"""What sleep avoided over a period: the cluster, Temporal and Prometheus are asked, and put together.

With the cluster or Temporal out of reach the other half is told, and which one is missing.
"""

import asyncio
from datetime import datetime, timedelta

from activities.errors import IoError
from activities.prometheus.node_hours import NodeHours, count_node_hours
from operations.errors import OperationError, UsageProblem
from operations.installation import Installation
from operations.past.reckoning import NOBODY_COUNTS, Savings, reckon, sleeping_now
from operations.past.sources import look_back, look_now
from operations.policy_source import read_quietly, refuse_unknown
from operations.times import read_moment
from policies.sleep.ledger import Period

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

    Raises OperationError where neither cluster nor Temporal can be asked, NotThere for a policy that is not in force
    and that nothing slept under.
    """
    seen = await asyncio.to_thread(look_now, installation, namespace, "what sleeps now is not counted")
    now = sleeping_now(seen, installation.known_instance)
    with installation.listener.progress("asking Temporal"):
        before = await look_back(installation, period, namespace, now.sleeps, "only what sleeps now is counted")
    if now.trouble and before.trouble:
        raise OperationError(f"{now.trouble}; {before.trouble}")
    with installation.listener.progress("counting nodes"):
        nodes = await asyncio.to_thread(_count_nodes, installation, period)
    made = reckon(period, now, before, nodes, policy=policy)
    if policy is not None and not made.workloads:
        refuse_unknown(await asyncio.to_thread(read_quietly, installation), policy, "nothing slept")
    return made


def _count_nodes(installation: Installation, period: Period) -> NodeHours:
    try:
        prometheus = installation.cluster.prometheus(_PROMETHEUS_SECONDS)
    except IoError as error:
        return NodeHours(problem=str(error))
    if prometheus is None:
        return NodeHours(problem=NOBODY_COUNTS)
    return count_node_hours(prometheus, period.since, period.until, installation.settings.prometheus_matchers)
