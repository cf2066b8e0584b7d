"""`finops keep-awake`: nobody pauses these Deployments before a time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.hibernation.starting import start_hibernation
from cli.session import Session
from operations.errors import NotFound, OperationError, Refused, Unconfirmed, UsageProblem
from operations.failures import describe_failure
from operations.identity import confirm_cluster
from operations.listing import list_workloads
from operations.sleepers.send_wakes import send_wakes
from operations.targets import Target, is_sleeper
from operations.temporal import find_open, has_worker, open_client
from operations.times import read_end, show_time
from policies.annotations import AWAKE_UNTIL, INSTANCE, Because, WakeNote
from policies.names import KEEP_AWAKE, REACTIVATE, hibernation_id
from policies.sleep.messages import Hibernation, HibernationStatus, Until, WakeRequest
from policies.times import to_rfc3339
from policies.workload import Workload

ANSWER_SECONDS = 15.0


def keep_awake(
    ctx: typer.Context,
    workload: Annotated[str | None, typer.Argument(metavar="[NAMESPACE/NAME]")] = None,
    namespace: Annotated[str | None, typer.Option(help="Each Deployment of a namespace.")] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="4h", help="For so long.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="HH:MM, or RFC 3339 with its offset.")] = None,
) -> None:
    """Keep a Deployment awake until a time, waking it if it sleeps."""
    target = Target.parse(workload, namespace)
    end = read_end(until, duration, datetime.now(UTC), required=True)
    assert end is not None
    session = Session.of(ctx)
    session.introduce()
    asyncio.run(_keep_awake(session, target, end))


async def _keep_awake(session: Session, target: Target, until: datetime) -> None:
    client = await open_client(session.installation)
    await confirm_cluster(session.installation, client)
    workloads = await asyncio.to_thread(_find, session, target)
    kept, failed = await _keep_all_awake(session, client, workloads, until)
    if session.terminal.for_programs:
        session.terminal.show_json({"kept_awake": kept, "until": until, "failed": failed})
    if target.namespace is not None:
        session.terminal.say(
            f"{len(kept)} Deployments of namespace {target.namespace} are kept awake; those that come later are "
            f"not covered. Where the worker may list namespaces, this covers them, too: kubectl annotate namespace "
            f"{target.namespace} --overwrite {AWAKE_UNTIL}={to_rfc3339(until)}"
        )
    if failed:
        raise OperationError(f"{len(failed)} of {len(workloads)} could not be kept awake")


async def _keep_all_awake(
    session: Session, client: Client, workloads: Sequence[Workload], until: datetime
) -> tuple[list[str], dict[str, str]]:
    """Those that are kept awake, and why the others are not: one that fails does not stop the next."""
    kept, failed = list[str](), dict[str, str]()
    for workload in workloads:
        name = str(workload.ref)
        try:
            await keep_one_awake(session, client, workload, until)
        except UsageProblem:
            raise
        except (OperationError, RPCError, WorkflowUpdateFailedError) as error:
            failed[name] = describe_failure(error).removeprefix(f"{name}: ")
            session.terminal.say(f"{name}: {failed[name]}", style="red")
        else:
            kept.append(name)
            session.terminal.say(f"{name}: not paused before {show_time(until)}")
    return kept, failed


async def keep_one_awake(session: Session, client: Client, workload: Workload, until: datetime) -> None:
    """Tell the workload's hibernation, or start one that does nothing but keep it awake."""
    cluster = session.installation.settings.cluster
    if await find_open(client, cluster, workload.ref) is None:
        if is_sleeper(workload):
            request = WakeRequest(by=session.installation.user, until=until)
            read_copies = session.installation.cluster.replica_sets.copies_of
            (sent,) = await send_wakes(client, cluster, [workload], (), request, read_copies)
            if sent.trouble:
                raise Refused(f"{workload.ref}: {sent.trouble}")
            return
        now = datetime.now(UTC).replace(microsecond=0)
        hibernation = Hibernation(
            cluster=cluster,
            instance=session.installation.require_instance(),
            ref=workload.ref,
            awake=WakeNote(resumed_at=now, awake_until=until, because=Because.KEEP_AWAKE),
        )
        if await start_hibernation(client, hibernation) == "started":
            return
    await _tell(session, client, workload, until)


async def _tell(session: Session, client: Client, workload: Workload, until: datetime) -> None:
    ref = workload.ref
    handle = client.get_workflow_handle(hibernation_id(session.installation.settings.cluster, ref.namespace, ref.name))
    if not await has_worker(client, session.installation.settings.cluster):
        # An update needs a worker to be taken; a signal is recorded and read by the next one.
        await handle.signal(REACTIVATE, WakeRequest(by=session.installation.user, until=until))
        session.terminal.note("no worker runs: the wish is recorded, and takes effect as soon as one does")
        return
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            asked = Until(until=until, by=session.installation.user, asked_at=datetime.now(UTC))
            await handle.execute_update(KEEP_AWAKE, asked, result_type=HibernationStatus)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unconfirmed(f"{ref}: no worker has confirmed it within {ANSWER_SECONDS:.0f} s; try again") from error


def _find(session: Session, target: Target) -> tuple[Workload, ...]:
    if target.ref is not None:
        found = session.installation.cluster.deployments.read(target.ref.namespace, target.ref.name)
        if found is None:
            raise NotFound(f"there is no Deployment {target.ref} on {session.installation.cluster.transport.server}")
        if found.replicas == 0 and not is_sleeper(found):
            raise Refused(f"{found.ref} has no replicas, and not because of us: there is nothing to keep awake")
        return (found,)
    listed = list_workloads(session.installation).workloads
    mine = session.installation.known_instance
    chosen = [workload for workload in listed if target.covers(workload) and _can_be_kept(workload, mine)]
    if not chosen:
        raise NotFound(f"no Deployment of {target} runs")
    return tuple(chosen)


def _can_be_kept(workload: Workload, instance: str | None) -> bool:
    from_here = workload.annotations.get(INSTANCE, instance) == instance
    return from_here and (workload.replicas > 0 or is_sleeper(workload))
