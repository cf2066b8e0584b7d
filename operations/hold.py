"""A stop for new pauses in the whole cluster, and its end."""

import asyncio
import time
from datetime import UTC, datetime

from temporalio.client import Client

from activities.errors import IdentityMismatch, KubeconfigError
from activities.snapshot import Hold
from operations.errors import Refused
from operations.identity import confirm_cluster
from operations.installation import Installation
from operations.permission import require_right_to_scale
from operations.temporal import has_worker, open_client
from policies.models import Frozen
from worker.errors import RecordUnreadable
from worker.service.rounds import ROUND_SECONDS
from worker.service.snapshots import RECORD_SECONDS
from worker.temporal.cluster_record import ClusterRecord, read_record, set_hold, start_reconciling

_HOLD_SECONDS = RECORD_SECONDS + ROUND_SECONDS + 1.0
"""How long until a worker has surely read a change of the hold."""


class HoldSet(Frozen):
    """How it stands with the hold of a cluster now."""

    cluster: str
    hold: Hold | None
    """None: no hold is on."""
    changed: bool
    """False where it stood so before, perhaps by somebody else's will."""
    reason_before: str | None = None
    """Of a hold that was on already and has another reason now: the one it had."""
    reconciles: bool = True
    """False where somebody paused the Schedule of the reconciliation, which a release would have started."""


async def hold(installation: Installation, reason: str = "") -> HoldSet:
    """No new pauses until a release. One that is on already stays, since when and by whom; a reason that is given now
    takes the place of the one it had. It waits until a worker has read it.

    Raises ConnectionFailed, RecordUnreadable, RPCError; Refused where somebody else changed it at the same moment.
    """
    client, cluster = await open_client(installation), installation.settings.cluster
    try:
        await _confirm_context(installation, client)
    except IdentityMismatch as error:
        # A hold is safe anyway.
        installation.listener.warn(f"this affects cluster {cluster}, and your context does not lead there: {error}")
    before = (await _await_record(client, cluster)).hold
    if before is not None and reason in {"", before.reason}:
        return HoldSet(cluster=cluster, hold=before, changed=False)
    if before is not None:
        renamed = before.replace(reason=reason)
        await _set(installation, client, renamed)
        return HoldSet(cluster=cluster, hold=renamed, changed=False, reason_before=before.reason)
    wanted = Hold(by=installation.user, since=datetime.now(UTC), reason=reason)
    await _set(installation, client, wanted)
    return HoldSet(cluster=cluster, hold=wanted, changed=True)


async def release(installation: Installation) -> HoldSet:
    """End a hold, and catch up on what it kept from moving and handing over. Raises what `hold` does.

    Raises NotAllowed where who asks could pause nothing there themselves. Raises IdentityMismatch, too: with the
    context of another cluster that one may be meant, and a release is not safe.
    """
    client, cluster = await open_client(installation), installation.settings.cluster
    await _confirm_context(installation, client)
    await asyncio.to_thread(require_right_to_scale, installation)
    if (await _await_record(client, cluster)).hold is None:
        return HoldSet(cluster=cluster, hold=None, changed=False)
    await _set(installation, client, None)
    return HoldSet(cluster=cluster, hold=None, changed=True, reconciles=await start_reconciling(client, cluster))


async def _confirm_context(installation: Installation, client: Client) -> None:
    """Both need only Temporal, so a kubeconfig that cannot be read does not stop them."""
    try:
        await confirm_cluster(installation, client)
    except KubeconfigError:
        return


async def _set(installation: Installation, client: Client, wanted: Hold | None) -> None:
    cluster = installation.settings.cluster
    await set_hold(client, cluster, wanted)
    with installation.listener.progress("letting the worker read it"):
        await asyncio.sleep(_HOLD_SECONDS)
    if (await _await_record(client, cluster)).hold != wanted:
        raise Refused(
            "somebody else changed the cluster's record at the same moment: see `finops status`, and try again"
        )


async def _await_record(client: Client, cluster: str) -> ClusterRecord:
    """The record. A worker that is up writes one that is missing again. Raises RecordUnreadable."""
    ends_at = time.monotonic() + _HOLD_SECONDS
    while (record := await read_record(client, cluster)) is None:
        if time.monotonic() > ends_at or not await has_worker(client, cluster):
            raise RecordUnreadable(cluster)
        await asyncio.sleep(1)
    return record
