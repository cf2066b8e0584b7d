"""`finops resume`: a signal to whoever sleeps, and a look whether it came true."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from activities.hibernation.listing import list_open_if_known, open_query
from cli.commands.tell.keep_awake import keep_one_awake
from cli.session import Session
from operations.awaiting import is_available, is_awake, wait_for
from operations.errors import NotFound, OperationError, Refused, Unconfirmed
from operations.identity import confirm_cluster
from operations.listing import list_workloads
from operations.sleepers.direct import wake_target_directly
from operations.sleepers.send_wakes import Sent, send_wakes
from operations.targets import Target, choose_sleepers, is_sleeper, scale_by_hand
from operations.temporal import find_open, has_worker, open_client, phase_of
from operations.times import read_duration, read_end, show_time
from policies import annotations as notes
from policies.errors import RuleError
from policies.sleep.messages import AWAKE_PHASES, WakeRequest
from policies.workload import Workload, WorkloadRef
from worker.errors import ConnectionFailed

CONFIRM_SECONDS = 10.0


def resume(
    ctx: typer.Context,
    workload: Annotated[str | None, typer.Argument(metavar="[NAMESPACE/NAME]")] = None,
    namespace: Annotated[str | None, typer.Option(help="All sleepers of a namespace.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All sleepers of the cluster.")] = False,
    duration: Annotated[str | None, typer.Option("--for", metavar="4h", help="Not paused again for so long.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until all replicas are available.")] = False,
    timeout: Annotated[str, typer.Option(metavar="5m", help="How long --wait waits.")] = "5m",
    reason: Annotated[str, typer.Option(help="Why, for the Temporal UI.")] = "",
    direct: Annotated[bool, typer.Option("--direct", help="Without Temporal, with your own rights.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Wake one Deployment, those of a namespace, or all, each with the replica count it had."""
    target = Target.parse(workload, namespace, everything=everything)
    until = read_end(None, duration, datetime.now(UTC), required=False)
    seconds = read_duration(timeout).total_seconds() if wait else CONFIRM_SECONDS
    session = Session.of(ctx)
    session.introduce()
    if direct:
        woken = wake_target_directly(session.installation, target, until, yes=yes)
        missing: set[str] = set()
        if wait:
            names = [each.workload for each in woken if each.woken]
            missing = asyncio.run(_confirm(session, names, seconds, wait=True))
        _conclude(len(woken), sum(1 for each in woken if not each.woken), missing, wait=wait)
        return
    request = WakeRequest(by=session.installation.user, reason=reason, until=until)
    asyncio.run(_resume(session, target, request, seconds, wait=wait, yes=yes))


async def _resume(
    session: Session, target: Target, request: WakeRequest, seconds: float, *, wait: bool, yes: bool
) -> None:
    try:
        client = await open_client(session.installation)
    except ConnectionFailed as error:
        raise OperationError(f"{error}; or wake it without Temporal, with --direct") from error
    await confirm_cluster(session.installation, client)
    found = await asyncio.to_thread(_find, session, target)
    listed = await _find_open(session, client, target)
    opened = listed or ()
    sleepers = _choose(session, found or (), target, opened)
    if not sleepers and not opened and target.ref is None and (found is None or listed is None):
        raise OperationError(f"nothing was woken, and it is not known whether anything of ours sleeps in {target}")
    if not sleepers and not opened:
        await _nothing_sleeps(session, client, target, found, request, seconds, wait=wait)
        return
    names = {str(workload.ref) for workload in sleepers} | {str(ref) for ref in opened}
    if target.ref is None:
        session.terminal.confirm(f"{len(names)} Deployments of {target} will be woken.", yes=yes)
    read_copies = session.installation.cluster.replica_sets.copies_of
    sent = await send_wakes(client, session.installation.settings.cluster, sleepers, opened, request, read_copies)
    recorded = [each.workload for each in sent if not each.trouble]
    worked_on = await _is_worked_on(client, session.installation.settings.cluster)
    if not worked_on:
        seconds = 0
    missing = await _confirm(session, recorded, seconds, wait=wait)
    _report(session, sent, missing, worked_on=worked_on)
    _conclude(len(sent), sum(1 for each in sent if each.trouble), missing, wait=wait)


async def _is_worked_on(client: Client, cluster: str) -> bool:
    """Whether somebody will act on what was sent. Where Temporal does not tell, the cluster itself soon shows it."""
    try:
        return await has_worker(client, cluster)
    except RPCError:
        return True


async def _confirm(session: Session, names: Sequence[str], seconds: float, *, wait: bool) -> set[str]:
    with session.terminal.progress(f"waiting for {len(names)} to be {'available' if wait else 'scaled up'}"):
        return await wait_for(session.installation, names, is_available if wait else is_awake, seconds)


def _conclude(count: int, failed: int, missing: set[str], *, wait: bool) -> None:
    if failed:
        raise OperationError(f"{failed} of {count} could not be woken")
    if wait and missing:
        raise Unconfirmed(f"{len(missing)} of {count} are not available yet: {', '.join(sorted(missing)[:5])}")


def _report(session: Session, sent: tuple[Sent, ...], missing: set[str], *, worked_on: bool) -> None:
    if session.terminal.for_programs:
        results = [{**each.model_dump(), "awake": not each.trouble and each.workload not in missing} for each in sent]
        session.terminal.show_json({"results": results})
        return
    for each in sent:
        if each.trouble:
            session.terminal.say(f"{each.workload}: {each.trouble}", style="red")
        elif each.workload in missing:
            outlook = "`finops status` shows how it goes" if worked_on else "it will wake as soon as a worker runs"
            session.terminal.say(f"{each.workload}: the signal is recorded; {outlook}")
        else:
            session.terminal.say(f"{each.workload}: awake{_until(session, each.workload) if len(sent) == 1 else ''}")


def _until(session: Session, name: str) -> str:
    """How long nobody pauses it now, which is what whoever woke it wants to know."""
    try:
        workload = session.installation.cluster.deployments.read(*name.split("/"))
        note = None if workload is None else notes.read_note(workload.annotations)
    except (IoError, RuleError):
        return ""
    return "" if note is None else f", and not paused before {show_time(note.awake_until)}"


def _choose(
    session: Session, found: Iterable[Workload], target: Target, opened: Iterable[WorkloadRef]
) -> tuple[Workload, ...]:
    """The sleepers to wake. Without an instance those with an open hibernation are ours all the same."""
    if session.installation.known_instance is None and target.ref is None:
        names = {str(ref) for ref in opened}
        lost = [workload for workload in found if is_sleeper(workload) and target.covers(workload)]
        left = sum(1 for workload in lost if str(workload.ref) not in names)
        if left:
            session.terminal.note(f"{left} sleepers without an open hibernation are left: say whose with --instance")
        return ()
    sleepers, strangers = choose_sleepers(found, target, session.installation.known_instance)
    for stranger in strangers:
        session.terminal.note(f"{stranger.ref} sleeps under another installation: name it exactly to wake it")
    return sleepers


def _find(session: Session, target: Target) -> tuple[Workload, ...] | None:
    """The Deployments of the target, or None where the cluster cannot be asked: a signal needs only Temporal."""
    try:
        if target.ref is None:
            return list_workloads(session.installation).workloads
        found = session.installation.cluster.deployments.read(target.ref.namespace, target.ref.name)
    except IoError as error:
        session.terminal.note(f"the cluster cannot be asked, so only open hibernations are woken: {error}")
        return None
    return () if found is None else (found,)


async def _find_open(session: Session, client: Client, target: Target) -> tuple[WorkloadRef, ...] | None:
    """The target's open hibernations with something to wake, or None where they cannot be listed: what the cluster
    shows asleep can do without the list.
    """
    cluster = session.installation.settings.cluster
    if target.ref is not None:
        execution = await find_open(client, cluster, target.ref)
        return () if execution is None or phase_of(execution) in AWAKE_PHASES else (target.ref,)
    try:
        rows = [row async for row in list_open_if_known(client, open_query(cluster, namespace=target.namespace))]
    except RPCError as error:
        session.terminal.note(
            f"Temporal does not list the open hibernations ({error.message}): what the cluster shows asleep is woken",
            style="yellow",
        )
        return None
    return tuple(WorkloadRef(namespace=row.namespace, name=row.name) for row in rows if row.phase not in AWAKE_PHASES)


async def _nothing_sleeps(
    session: Session,
    client: Client,
    target: Target,
    found: tuple[Workload, ...] | None,
    request: WakeRequest,
    seconds: float,
    *,
    wait: bool,
) -> None:
    """Awake already: with `--for` it is kept so."""
    if target.ref is None:
        session.terminal.say(f"nothing of ours sleeps in {target}")
        return
    if found is None:
        raise OperationError(f"{target.ref} has no open hibernation, and the cluster cannot be asked")
    if not found:
        raise NotFound(f"there is no Deployment {target.ref} on {session.installation.cluster.transport.server}")
    (workload,) = found
    if workload.replicas == 0 and not notes.is_annotated(workload.annotations):
        by_hand = scale_by_hand(workload.ref)
        raise Refused(
            f"{workload.ref} has no replicas, and not because of us; wake it with {by_hand} "
            f"(finops history {workload.ref} tells what is known of it)"
        )
    if request.until is not None:
        await keep_one_awake(session, client, workload, request.until)
        session.terminal.say(f"{workload.ref}: awake already, and not paused before {show_time(request.until)}")
    else:
        session.terminal.say(f"{workload.ref}: awake already")
    if session.terminal.for_programs:
        session.terminal.show_json({"results": [{"workload": str(workload.ref), "trouble": "", "awake": True}]})
    if wait:
        _conclude(1, 0, await _confirm(session, [str(workload.ref)], seconds, wait=True), wait=True)
