"""`finops apply`: validated as a whole, then written, scheduled and told to whoever sleeps under it."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client

from cli.delete import remove_policies
from cli.errors import Refused, UsageProblem
from cli.handover import Handover, foresee
from cli.identity import confirm_cluster_if_up
from cli.listing import list_workloads
from cli.plan import load_policies
from cli.session import Session
from cli.source import SNAPSHOT_SECONDS, open_client_if_up, read_applied, refuse_other_files
from policies.document import EnforcementPolicy, Mode
from policies.durations import format_duration
from policies.notices import notices
from policies.outlook import warnings_of
from worker.checks import send_checks
from worker.schedules import put_schedule


def apply(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a directory of policy files.")],
    prune: Annotated[bool, typer.Option("--prune", help="Remove the policies that are not in DIR.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a prune.")] = False,
) -> None:
    """Validate policies and put them in force. Nothing is applied if any of them is wrong."""
    if prune and not path.is_dir():
        raise UsageProblem(f"--prune needs a directory, and {path} is none")
    session = Session.of(ctx)
    policies = load_policies(path)
    session.introduce()
    confirm_cluster_if_up(session)
    applied = read_applied(session)
    refuse_other_files(session, applied, [policy.name for policy in policies])
    _refuse_everything(session, policies)
    named = {policy.name for policy in policies}
    pruned = [policy.name for policy in applied if policy.name not in named] if prune else []
    kept = [policy for policy in applied if policy.name not in {*named, *pruned}]
    changed = [policy.name for policy in policies if policy not in applied]
    handovers = foresee(
        list_workloads(session).workloads,
        [*changed, *pruned],
        [*kept, *policies],
        instance=session.known_instance,
        now=datetime.now(UTC),
    )
    _tell(session, policies, [*kept, *policies], handovers)
    if dry_run:
        verb = f", {len(pruned)} removed: {', '.join(pruned)}" if pruned else ""
        session.terminal.say(f"dry run: {len(policies)} policies would be applied{verb}")
    else:
        if pruned:
            session.terminal.confirm(f"{len(pruned)} policies will be removed: {', '.join(pruned)}.", yes=yes)
        asyncio.run(_apply(session, policies, changed, pruned, sum(each.asleep for each in handovers)))
    if session.terminal.for_programs:
        session.terminal.show_json(
            {
                "dry_run": dry_run,
                "applied": [policy.name for policy in policies],
                "changed": changed,
                "removed": pruned,
                "handovers": handovers,
            }
        )


async def _apply(
    session: Session, policies: Sequence[EnforcementPolicy], changed: list[str], pruned: list[str], asleep: int
) -> None:
    client = await open_client_if_up(session, asleep=asleep)
    source = session.policies
    source.prepare()
    known = {policy.name for policy in read_applied(session)}
    every = format_duration(session.settings.interval)
    for policy in policies:
        source.write(policy)
        state = "created" if policy.name not in known else "changed" if policy.name in changed else "unchanged"
        session.terminal.say(f"policy {policy.name} ({policy.spec.mode}) {state}, runs every {every}")
    if client is not None:
        await _schedule(session, client, policies, changed)
    await remove_policies(session, client, pruned)


async def _schedule(
    session: Session, client: Client, policies: Sequence[EnforcementPolicy], changed: Sequence[str]
) -> None:
    """Put the Schedules and tell the sleepers, once the worker has surely read the new documents."""
    cluster = session.settings.cluster
    with session.terminal.progress("letting the worker read it"):
        await asyncio.sleep(SNAPSHOT_SECONDS if changed else 0)
    for policy in policies:
        await put_schedule(client, cluster, policy, session.settings.interval)
    told = await send_checks(client, cluster, changed, gone=False)
    if told:
        session.terminal.say(f"{told} open hibernations look again")


def _tell(
    session: Session,
    policies: Iterable[EnforcementPolicy],
    together: Sequence[EnforcementPolicy],
    handovers: Iterable[Handover],
) -> None:
    """What authors should hear. `together` are all policies that will be there."""
    for policy in policies:
        told = [*notices(policy), *warnings_of(policy, together, datetime.now(UTC), session.settings.min_sleep)]
        if policy.spec.idle_window is not None and session.settings.prometheus_url is None:
            told.append("it asks for idleness; a worker without FINOPS_PROMETHEUS_URL (unset here) pauses nothing")
        for notice in told:
            session.terminal.note(f"notice: {policy.name}: {notice}", style="yellow")
    for handover in handovers:
        if handover.asleep:
            session.terminal.say(str(handover))


def _refuse_everything(session: Session, policies: Iterable[EnforcementPolicy]) -> None:
    """`*` in Enforce needs a selector, or the right to see what stands behind admission webhooks."""
    for policy in policies:
        scope = policy.spec.scope
        unselected = not scope.selector.match_labels and not scope.selector.match_expressions
        if policy.spec.mode is not Mode.ENFORCE or "*" not in scope.namespaces.include or not unselected:
            continue
        if not session.cluster.backends.read().complete:
            raise Refused(
                f"policy {policy.name} includes every namespace in Enforce, and the right to list webhook "
                "configurations, APIServices and CRDs is missing: a Deployment that every write of this cluster "
                "depends on could be paused. Grant it, name the namespaces, or add a selector"
            )
