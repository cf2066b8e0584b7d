"""`finops hold` and `finops release`: a stop for new pauses in the whole cluster."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from temporalio.client import Client

from activities.errors import IdentityMismatch, KubeconfigError
from activities.snapshot import Hold
from cli.session import Session
from operations.errors import Refused
from operations.identity import confirm_cluster
from operations.temporal import has_worker, open_client
from operations.times import show_time
from worker.errors import RecordUnreadable
from worker.service.rounds import ROUND_SECONDS
from worker.service.snapshots import RECORD_SECONDS
from worker.temporal.cluster_record import ClusterRecord, read_record, set_hold, start_reconciling

_HOLD_SECONDS = RECORD_SECONDS + ROUND_SECONDS + 1.0
"""How long until a worker has surely read a change of the hold."""


def hold(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="Why, for those who wonder.")] = "",
) -> None:
    """No new pauses in this cluster until `finops release`. Sleepers keep their wake times."""
    session = Session.of(ctx)
    asyncio.run(_set(session, Hold(by=session.installation.user, since=datetime.now(UTC), reason=reason)))


def release(ctx: typer.Context) -> None:
    """End a hold: enforcement goes on with its next run."""
    asyncio.run(_set(Session.of(ctx), None))


async def _set(session: Session, wanted: Hold | None) -> None:
    client, cluster = await open_client(session.installation), session.installation.settings.cluster
    await _look_at_context(session, client, release=wanted is None)
    before = (await _await_record(session, client)).hold
    if wanted is None and before is None:
        session.terminal.say(f"no hold is on for cluster {cluster}")
        _show(session, None)
        return
    if wanted is not None and before is not None:
        session.terminal.say(f"a hold is on since {show_time(before.since)}, by {before.by}")
        _show(session, before)
        return
    await set_hold(client, cluster, wanted)
    with session.terminal.progress("letting the worker read it"):
        await asyncio.sleep(_HOLD_SECONDS)
    if (await _await_record(session, client)).hold != wanted:
        raise Refused(
            "somebody else changed the cluster's record at the same moment: see `finops status`, and try again"
        )
    if wanted is None:
        # What the hold kept from moving and handing over.
        runs = await start_reconciling(client, cluster)
        session.terminal.say(f"released: enforcement of cluster {cluster} goes on with its next run")
        if not runs:
            session.terminal.note("the Schedule of the reconciliation is paused, and was left so", style="yellow")
    else:
        session.terminal.say(f"hold is on for cluster {cluster}: nothing new is paused; sleepers keep their wake times")
    _show(session, wanted)


async def _await_record(session: Session, client: Client) -> ClusterRecord:
    """The record. A worker that is up writes one that is missing again. Raises RecordUnreadable."""
    cluster = session.installation.settings.cluster
    ends_at = time.monotonic() + _HOLD_SECONDS
    while (record := await read_record(client, cluster)) is None:
        if time.monotonic() > ends_at or not await has_worker(client, cluster):
            raise RecordUnreadable(cluster)
        await asyncio.sleep(1)
    return record


async def _look_at_context(session: Session, client: Client, *, release: bool) -> None:
    """Both need only Temporal. Still, somebody whose context is another cluster may mean that one: a hold is safe
    anyway, and a release is not.
    """
    try:
        await confirm_cluster(session.installation, client)
    except IdentityMismatch as error:
        if release:
            raise
        session.terminal.note(
            f"this is about cluster {session.installation.settings.cluster}; as to your context, {error}", "yellow"
        )
    except KubeconfigError:
        return


def _show(session: Session, hold: Hold | None) -> None:
    if session.terminal.for_programs:
        session.terminal.show_json({"cluster": session.installation.settings.cluster, "hold": hold})
