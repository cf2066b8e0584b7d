"""`finops history`: everything that is known of one workload's sleeps, from the cluster and from Temporal."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from activities.errors import IoError
from cli.session import Session
from cli.views.history import show_history
from operations.errors import NotFound, OperationError
from operations.past.chronicle import Carried, Outlook, carried_by, look_ahead
from operations.past.workload_memory import Memory, remember
from operations.targets import read_ref
from operations.temporal import open_client
from policies.names import hibernation_id
from policies.sleep.record_copies import RecordCopy
from policies.workload import Workload, WorkloadRef
from worker.errors import ConnectionFailed


@dataclass(frozen=True)
class Look:
    """The cluster's half. `trouble` says why it could not be asked."""

    server: str = ""
    workload: Workload | None = None
    copies: tuple[RecordCopy, ...] | None = None
    copies_trouble: str = ""
    trouble: str = ""


def history(ctx: typer.Context, workload: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME")]) -> None:
    """Show what is known of one Deployment's sleeps: its hibernations, its annotations, and copies of old records."""
    ref = read_ref(workload)
    asyncio.run(_history(Session.of(ctx), ref))


async def _history(session: Session, ref: WorkloadRef) -> None:
    with session.terminal.progress("asking the cluster and Temporal"):
        look, (memory, silence) = await asyncio.gather(asyncio.to_thread(_look, session, ref), _remember(session, ref))
    _refuse_nothing(ref, look, memory, silence)
    carried, outlook = None, Outlook()
    if look.workload is not None:
        carried = carried_by(look.workload, look.copies, look.copies_trouble)
        outlook = look_ahead(look.workload, look.copies, memory, session.installation.known_instance)
    if session.terminal.for_programs:
        session.terminal.show_json(_as_json(session, ref, look, carried, memory, silence, outlook))
        return
    if look.server:
        session.introduce()
    else:
        session.terminal.say(f"the cluster cannot be asked, so this is what Temporal knows: {look.trouble}", "yellow")
    show_history(session, ref, look.workload, carried, memory, silence, outlook)


def _look(session: Session, ref: WorkloadRef) -> Look:
    try:
        cluster = session.installation.cluster
        found = cluster.deployments.read(ref.namespace, ref.name)
    except IoError as error:
        return Look(trouble=str(error))
    server = cluster.transport.server
    if found is None:
        return Look(server=server)
    try:
        return Look(server=server, workload=found, copies=cluster.replica_sets.copies_of(found.ref))
    except IoError as error:
        return Look(server=server, workload=found, copies_trouble=str(error))


async def _remember(session: Session, ref: WorkloadRef) -> tuple[Memory | None, str]:
    """Temporal's half, or None and why it could not be asked."""
    try:
        client = await open_client(session.installation)
        return await remember(client, session.installation.settings.cluster, ref, datetime.now(UTC)), ""
    except ConnectionFailed as error:
        return None, str(error)
    except RPCError as error:
        return None, f"it refused: {error.message}"


def _refuse_nothing(ref: WorkloadRef, look: Look, memory: Memory | None, silence: str) -> None:
    """Raises OperationError where nobody could be asked, NotFound where nobody knows anything."""
    if look.workload is not None or (memory is not None and memory.hibernations):
        return
    if look.trouble and memory is None:
        raise OperationError(f"neither the cluster nor Temporal can be asked: {look.trouble}; {silence}")
    where = look.trouble or f"there is no Deployment {ref} on {look.server}"
    if memory is None:
        raise NotFound(f"{where}, and Temporal cannot be asked: {silence}")
    raise NotFound(f"{where}, and Temporal knows no hibernation of it since {memory.since:%Y-%m-%d %H:%M} UTC")


def _as_json(
    session: Session,
    ref: WorkloadRef,
    look: Look,
    carried: Carried | None,
    memory: Memory | None,
    silence: str,
    outlook: Outlook,
) -> dict[str, Any]:
    return {
        "deployment": str(ref),
        "cluster": session.installation.settings.cluster,
        "server": look.server or None,
        "server_trouble": look.trouble,
        "workflow": hibernation_id(session.installation.settings.cluster, ref.namespace, ref.name),
        "now": carried,
        "temporal": memory,
        "temporal_trouble": silence,
        "outlook": outlook,
    }
