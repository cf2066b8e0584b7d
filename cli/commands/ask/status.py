"""`finops status`: who sleeps, from Temporal's visibility alone. Never a query, so it works without a worker."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any

import typer

from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from activities.snapshot import Hold
from cli.commands.ask.clusters import show_clusters
from cli.console import Terminal
from cli.session import Session
from operations.errors import UsageProblem
from operations.policy_source import read_names
from operations.sleepers.often_woken import OFTEN, OftenWoken, find_often_woken
from operations.targets import read_namespace
from operations.temporal import has_worker, open_client
from operations.times import show_time
from policies.annotations import EXCLUDE
from policies.rights import describe_blindness
from policies.sleep.clocks import MEANWHILE
from policies.sleep.messages import AWAKE_PHASES, SAVING_PHASES, Phase
from policies.sleep.reconciliation import ReconcileResult
from policies.wording import name_some
from worker.errors import RecordUnreadable
from worker.temporal.cluster_record import ClusterRecord, read_record
from worker.temporal.reconciliations import read_last_reconciliation
from worker.temporal.schedule_states import ScheduleSeen, read_states

_ORDER = (Phase.RESUME_FAILING, Phase.RESUMING, Phase.PAUSING, Phase.ASLEEP, Phase.AWAKE, Phase.COOLING)
_NAMED = 10


def status(
    ctx: typer.Context,
    namespace: Annotated[str | None, typer.Option(help="Only Deployments of this namespace.")] = None,
    all_clusters: Annotated[bool, typer.Option("--all-clusters", help="A line for each cluster.")] = False,
) -> None:
    """Show the hold if there is one, then per policy who sleeps, since when, until when, and what that saves."""
    if all_clusters:
        if namespace is not None:
            raise UsageProblem("--namespace and --all-clusters are two questions; ask one of them")
        asyncio.run(show_clusters(Session.of(ctx)))
        return
    wanted = None if namespace is None else read_namespace(namespace)
    asyncio.run(_status(Session.of(ctx), wanted))


async def _status(session: Session, namespace: str | None) -> None:
    client = await open_client(session.installation)
    cluster = session.installation.settings.cluster
    record = await read_record(client, cluster)
    hold = None if record is None else record.hold
    rows = [row async for row in list_open_if_known(client, open_query(cluster, namespace=namespace))]
    rows.sort(key=_rank)
    alive = await has_worker(client, cluster)
    reconciled = await read_last_reconciliation(client, cluster)
    schedules = await read_states(client, cluster, read_names(session.installation))
    often = await find_often_woken(client, cluster, datetime.now(UTC), namespace)
    terminal = session.terminal
    if terminal.for_programs:
        shown = _as_json(cluster, hold, rows, alive=alive)
        terminal.show_json({**shown, "reconciliation": reconciled, "schedules": schedules, "often_woken": often})
        return
    if hold is not None:
        terminal.say(_describe_hold(hold), style="bold yellow")
    terminal.say(f"cluster {cluster}, Temporal {client.service_client.config.target_host}", style="dim")
    if not alive:
        terminal.say("no worker polls for this cluster: nothing is paused and nothing wakes until one runs", "yellow")
    if alive:
        _show_what_does_not_run(terminal, cluster, record, schedules)
    _show(terminal, rows)
    if reconciled is not None:
        _show_reconciled(terminal, reconciled)
    if often:
        _show_often_woken(terminal, often)


def _show_what_does_not_run(
    terminal: Terminal, cluster: str, record: ClusterRecord | None, schedules: Sequence[ScheduleSeen]
) -> None:
    if record is None:
        terminal.say(str(RecordUnreadable(cluster)), "yellow")
    for seen in schedules:
        if seen.problem:
            terminal.say(seen.problem, "yellow")


def _show_often_woken(terminal: Terminal, often: Sequence[OftenWoken]) -> None:
    named = name_some([f"{each.namespace}/{each.name} ({each.times} times)" for each in often], _NAMED)
    terminal.say(
        f"woken by somebody more than {OFTEN} times in a week: {named}. What is needed at such hours is better "
        f"left out: kubectl -n NAMESPACE annotate deployment NAME {EXCLUDE}=true",
        "yellow",
    )


def _show_reconciled(terminal: Terminal, result: ReconcileResult) -> None:
    when = "" if result.at is None else f" {show_time(result.at)}"
    terminal.say(f"reconciled{when}: {result.sentence}", style="dim")
    if result.clocks.objection:
        terminal.say(f"clocks: {result.clocks.objection}: {MEANWHILE}", "yellow")
    for part, sentence in result.troubles.items():
        terminal.say(f"{part} of the worker: {sentence}", "yellow")
    for sentence in describe_blindness(result.missing_rights):
        terminal.say(f"not known to the worker: {sentence}", "yellow")
    for name in result.unreadable:
        terminal.say(f"{name}: its annotations of ours cannot be read, so it is left alone (finops history)", "yellow")
    for each in result.not_understood:
        terminal.say(f"{each.deployment}: {each.problem}, so it is left alone", "yellow")
    for name in result.not_ready:
        terminal.say(f"{name}: woken, and its pods are not available", "yellow")
    if result.other_instance:
        named = name_some(result.other_instance, _NAMED)
        terminal.say(f"asleep under another installation, and left to it: {named}", style="dim")
        terminal.say(
            "if that one is gone, or they were restored from a backup: finops resume NAMESPACE/NAME wakes one, finops "
            "resume --all --direct --instance THEIRS all",
            style="dim",
        )


def _show(terminal: Terminal, rows: list[ListedHibernation]) -> None:
    if not rows:
        terminal.say("nobody sleeps, and nobody is kept awake")
        return
    for heading, group in groupby(rows, key=_heading):
        members = list(group)
        saved = sum(row.saved_per_day or 0 for row in members if row.phase in SAVING_PHASES)
        saves = f", saves {saved:.2f} a day (estimate)" if saved else ""
        terminal.say(f"\n{heading}: {len(members)}{saves}", style="bold")
        terminal.show_table(("Deployment", "State", "Since", "Until", "Saves/day"), map(_row, members), numbers=(4,))
        for row in members:
            if row.trouble:
                terminal.say(f"{row.namespace}/{row.name}: {row.trouble}", style="red")
    asleep = sum(1 for row in rows if row.phase == Phase.ASLEEP)
    total = sum(row.saved_per_day or 0 for row in rows if row.phase in SAVING_PHASES)
    terminal.say(
        f"\n{asleep} asleep of {len(rows)} open, {total:.2f} a day in the currency of the cost source (estimate)"
    )


def _row(row: ListedHibernation) -> tuple[str, ...]:
    asleep = row.phase == Phase.ASLEEP
    saved = "" if row.saved_per_day is None or row.phase not in SAVING_PHASES else f"{row.saved_per_day:.2f}"
    until = show_time(row.resume_at) if asleep else ""
    return (f"{row.namespace}/{row.name}", row.phase, show_time(row.since), until, saved)


def _rank(row: ListedHibernation) -> tuple[Any, ...]:
    """Those that fail to wake first, then by policy, state and name; those kept awake last."""
    failing, awake = row.phase == Phase.RESUME_FAILING, row.phase in AWAKE_PHASES
    phase = _ORDER.index(row.phase) if row.phase in _ORDER else len(_ORDER)
    return (not failing, awake, "" if awake else row.policy, phase, row.namespace, row.name)


def _heading(row: ListedHibernation) -> str:
    if row.phase == Phase.RESUME_FAILING:
        return "waking with trouble"
    return "kept awake" if row.phase in AWAKE_PHASES else f"policy {row.policy or 'unknown'}"


def _describe_hold(hold: Hold) -> str:
    reason = f": {hold.reason}" if hold.reason else ""
    return f"HOLD since {show_time(hold.since)} by {hold.by}{reason}. Nothing is paused until `finops release`."


def _as_json(cluster: str, hold: Hold | None, rows: list[ListedHibernation], *, alive: bool) -> dict[str, Any]:
    return {
        "cluster": cluster,
        "hold": hold,
        "worker": alive,
        "asleep": sum(1 for row in rows if row.phase == Phase.ASLEEP),
        "saved_per_day": sum(row.saved_per_day or 0 for row in rows if row.phase in SAVING_PHASES),
        "hibernations": rows,
    }
