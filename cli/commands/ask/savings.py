"""`finops savings`: what sleep avoided, by policy and namespace, over a period. Reads only.

With the cluster or Temporal out of reach the other half is shown, and it is said which one is missing.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from temporalio.service import RPCError

from activities.errors import IoError
from activities.prometheus.node_hours import NodeHours, count_node_hours
from cli.session import Session
from cli.views.savings import show_savings
from operations.errors import OperationError, UsageProblem
from operations.listing import list_workloads
from operations.past.period_memory import remember_sleeps
from operations.past.savings import NOBODY_COUNTS, Past, Present, look_at, reckon
from operations.targets import read_namespace
from operations.temporal import open_client
from operations.times import read_moment
from policies.sleep.ledger import Period
from worker.errors import ConnectionFailed
from worker.temporal.retention import find_horizon

_DAYS = 30
_PROMETHEUS_SECONDS = 15.0


def savings(
    ctx: typer.Context,
    namespace: Annotated[str | None, typer.Option(help="Only Deployments of this namespace.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="A day, or RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="A day (included), or RFC 3339.")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every Deployment.")] = False,
) -> None:
    """Show what sleep avoided over a period (the last 30 days), by policy and namespace, as an estimate."""
    wanted = None if namespace is None else read_namespace(namespace)
    period = read_period(since, until, datetime.now(UTC))
    session = Session.of(ctx)
    present = _look(session, wanted)
    with session.terminal.progress("asking Temporal"):
        past = asyncio.run(_remember(session, period, wanted))
    if present.trouble and past.trouble:
        raise OperationError(f"{present.trouble}; {past.trouble}")
    with session.terminal.progress("counting nodes"):
        nodes = _count_nodes(session, period)
    made = reckon(period, present, past, nodes)
    if session.terminal.for_programs:
        session.terminal.show_json(made)
        return
    show_savings(session.terminal, made, show_all=show_all)


def read_period(since: str | None, until: str | None, now: datetime) -> Period:
    """The period that was asked for, which ends now at the latest. Raises UsageProblem."""
    end = now if until is None else min(read_moment(until, "--to", whole_day=True), now)
    start = end - timedelta(days=_DAYS) if since is None else read_moment(since, "--from")
    if start >= end:
        raise UsageProblem("--from must lie before --to, and in the past")
    return Period(since=start, until=end)


def _look(session: Session, namespace: str | None) -> Present:
    try:
        found = list_workloads(session.installation).workloads
    except IoError as error:
        return Present(trouble=f"the cluster cannot be asked, so what sleeps now is not counted: {error}")
    return look_at(
        [each for each in found if namespace in {None, each.ref.namespace}], session.installation.known_instance
    )


def _count_nodes(session: Session, period: Period) -> NodeHours:
    try:
        prometheus = session.installation.cluster.prometheus(_PROMETHEUS_SECONDS)
    except IoError as error:
        return NodeHours(problem=str(error))
    if prometheus is None:
        return NodeHours(problem=NOBODY_COUNTS)
    return count_node_hours(prometheus, period.since, period.until, session.installation.settings.prometheus_matchers)


async def _remember(session: Session, period: Period, namespace: str | None) -> Past:
    cluster, missing = (
        session.installation.settings.cluster,
        "Temporal cannot be asked, so only what sleeps now is counted",
    )
    try:
        client = await open_client(session.installation)
        _, since = await find_horizon(client, cluster, datetime.now(UTC))
        return Past(remembered=await remember_sleeps(client, cluster, period, namespace), since=since)
    except ConnectionFailed as error:
        return Past(trouble=f"{missing}: {error}")
    except RPCError as error:
        return Past(trouble=f"{missing}: it refused: {error.message}")
