"""`finops apply`: validated as a whole, then written. A worker reads it within seconds: it alone writes Schedules, and
tells those who sleep under a changed policy.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.commands.ask.plan import load_policies
from cli.commands.tell.delete import remove_policies
from cli.session import Session
from operations.changes.handover import Handover, foresee
from operations.errors import Refused, UsageProblem
from operations.identity import confirm_cluster_if_up
from operations.listing import list_workloads
from operations.policy_source import SNAPSHOT_SECONDS, open_client_if_up, read_applied, refuse_other_files
from operations.temporal import has_worker, open_client
from policies.policy.document import EnforcementPolicy, Mode
from policies.resource.notices import notices
from policies.resource.outlook import warnings_of
from worker.errors import ConnectionFailed
from worker.temporal.schedule_states import read_states
from worker.temporal.schedules import try_schedule

_LOOKS = 3


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
    asyncio.run(confirm_cluster_if_up(session.installation))
    applied = read_applied(session.installation)
    refuse_other_files(session.installation, applied, [policy.name for policy in policies])
    _refuse_everything(session, policies)
    asyncio.run(_refuse_what_temporal_does_not_take(session, [each for each in policies if each not in applied]))
    named = {policy.name for policy in policies}
    pruned = [policy.name for policy in applied if policy.name not in named] if prune else []
    kept = [policy for policy in applied if policy.name not in {*named, *pruned}]
    changed = [policy.name for policy in policies if policy not in applied]
    handovers = foresee(
        list_workloads(session.installation).workloads,
        [*changed, *pruned],
        [*kept, *policies],
        instance=session.installation.known_instance,
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
    client = await open_client_if_up(session.installation, asleep=asleep)
    source = session.installation.policies
    source.prepare()
    known = {policy.name for policy in read_applied(session.installation)}
    for policy in policies:
        source.write(policy)
        state = "created" if policy.name not in known else "changed" if policy.name in changed else "unchanged"
        session.terminal.say(f"policy {policy.name} ({policy.spec.mode}) {state}")
    await remove_policies(session, client, pruned)
    if client is not None:
        await _look_at_schedules(session, client, [policy.name for policy in policies])


async def _look_at_schedules(session: Session, client: Client, names: Sequence[str]) -> None:
    """Give the worker time to put the Schedules, and tell of those that do not run."""
    cluster = session.installation.settings.cluster
    if not await has_worker(client, cluster):
        session.terminal.note(
            f"no worker polls for cluster {cluster}: the policies count when one runs", style="yellow"
        )
        return
    with session.terminal.progress("letting the worker read it"):
        for _ in range(_LOOKS):
            await asyncio.sleep(SNAPSHOT_SECONDS)
            seen = [each for each in await read_states(client, cluster, names) if each.policy in names]
            if all(each.state != "missing" for each in seen):
                break
    for each in seen:
        if each.problem:
            session.terminal.note(each.problem, style="yellow")


async def _refuse_what_temporal_does_not_take(session: Session, policies: Iterable[EnforcementPolicy]) -> None:
    """A zone that only this machine knows, say: the policy would be in force, and never run. Without Temporal the
    worker tells when it is up.
    """
    timed = [policy for policy in policies if policy.spec.schedule is not None]
    if not timed:
        return
    try:
        client = await open_client(session.installation)
    except ConnectionFailed:
        return
    for policy in timed:
        try:
            await try_schedule(client, session.installation.settings.cluster, policy)
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise Refused(f"policy {policy.name}: Temporal does not take its times: {error.message}") from error
            session.terminal.note(
                f"whether Temporal takes the times of policy {policy.name} is not known: {error.message}",
                style="yellow",
            )


def _tell(
    session: Session,
    policies: Iterable[EnforcementPolicy],
    together: Sequence[EnforcementPolicy],
    handovers: Iterable[Handover],
) -> None:
    """What authors should hear. `together` are all policies that will be there."""
    for policy in policies:
        told = [
            *notices(policy),
            *warnings_of(policy, together, datetime.now(UTC), session.installation.settings.min_sleep),
        ]
        if policy.spec.idle_window is not None and session.installation.settings.prometheus_url is None:
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
        if not session.installation.cluster.backends.read().complete:
            raise Refused(
                f"policy {policy.name} includes every namespace in Enforce, and the right to list webhook "
                "configurations, APIServices and CRDs is missing: a Deployment that every write of this cluster "
                "depends on could be paused. Grant it, name the namespaces, or add a selector"
            )
