"""`finops hold` and `finops release`: a stop for new pauses in the whole cluster."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import IdentityMismatch, KubeconfigError
from activities.snapshot import Hold
from cli.errors import Refused
from cli.identity import confirm_cluster
from cli.session import Session
from cli.source import SNAPSHOT_SECONDS
from cli.temporal import open_client
from cli.times import show_time
from worker.clusterrecord import read_record, set_hold, start_reconciling


def hold(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for those who wonder.")] = "",
) -> None:
    """No new pauses in this cluster until `finops release`. Sleepers keep their wake times."""
    session = Session.of(ctx)
    asyncio.run(_set(session, Hold(by=session.user, since=datetime.now(UTC), reason=reason)))


def release(ctx: typer.Context) -> None:
    """End a hold: enforcement goes on with its next run."""
    asyncio.run(_set(Session.of(ctx), None))


async def _set(session: Session, wanted: Hold | None) -> None:
    client, cluster = await open_client(session), session.settings.cluster
    await _look_at_context(session, client, release=wanted is None)
    record = await read_record(client, cluster)
    before = None if record is None else record.hold
    if wanted is None and before is None:
        session.terminal.say(f"no hold is on for cluster {cluster}")
        _show(session, None)
        return
    if wanted is not None and before is not None:
        session.terminal.say(f"a hold is on since {show_time(before.since)}, by {before.by}")
        _show(session, before)
        return
    try:
        await set_hold(client, cluster, wanted)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise Refused(f"no worker has been up for cluster {cluster} yet: there is nothing to hold") from error
        raise
    with session.terminal.progress("letting the worker read it"):
        await asyncio.sleep(SNAPSHOT_SECONDS)
    if wanted is None:
        await start_reconciling(client, cluster)  # what the hold kept from moving and handing over
        session.terminal.say(f"released: enforcement of cluster {cluster} goes on with its next run")
    else:
        session.terminal.say(f"hold is on for cluster {cluster}: nothing new is paused; sleepers keep their wake times")
    _show(session, wanted)


async def _look_at_context(session: Session, client: Client, *, release: bool) -> None:
    """Both need only Temporal. Still, somebody whose context is another cluster may mean that one: a hold is safe
    anyway, and a release is not.
    """
    try:
        await confirm_cluster(session, client)
    except IdentityMismatch as error:
        if release:
            raise
        session.terminal.note(
            f"this is about cluster {session.settings.cluster}; as to your context, {error}", "yellow"
        )
    except KubeconfigError:
        return


def _show(session: Session, hold: Hold | None) -> None:
    if session.terminal.for_programs:
        session.terminal.show_json({"cluster": session.settings.cluster, "hold": hold})
