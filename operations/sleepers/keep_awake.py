"""Keeping Deployments awake until a time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError

from activities.hibernation.starting import start_hibernation
from operations.errors import NotThere, Refused, Unconfirmed, UsageProblem
from operations.failures import describe_trouble
from operations.identity import confirm_cluster
from operations.installation import Installation
from operations.listing import list_workloads, miss_workload, refuse_empty
from operations.permission import require_right_to_scale
from operations.sleepers.send_wakes import send_wakes
from operations.targets import Target, WorkloadName, is_sleeper
from operations.temporal import find_open, has_worker, open_client
from operations.zones import read_zones
from policies.annotations import INSTANCE, Because, WakeNote
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import KEEP_AWAKE, REACTIVATE, hibernation_id
from policies.readable import readable_note
from policies.sleep.messages import Hibernation, HibernationStatus, Until, WakeRequest
from policies.workload import Workload

ANSWER_SECONDS = 15.0


class KeptAwake(Frozen):
    """What became of one Deployment. `trouble` is empty where it is kept awake."""

    workload: WorkloadName
    trouble: str = ""
    until: datetime | None = None
    """Until when: later than asked for where it was kept awake for longer; None where it is not known."""
    before: WakeNote | None = None
    """What kept it awake for longer, where that is known."""
    was_asleep: bool = False
    """Whether it slept, and so is woken first."""
    zone: str | None = None
    """That its times are told in, by its IANA name: None for this machine's."""


async def keep_awake(
    installation: Installation, target: Target, until: datetime, *, alone: bool = False
) -> AsyncIterator[KeptAwake]:
    """Keep each Deployment of a target awake, and wake it if it sleeps. One that fails does not stop the next.

    One that is kept awake for longer stays so, unless it is named, and `alone`: the only target there is.

    Raises ConnectionFailed, IdentityMismatch, KubernetesError, NotThere, NotAllowed, Refused before the first one,
    UsageProblem where no instance is known.
    """
    client = await open_client(installation)
    await confirm_cluster(installation, client)
    await asyncio.to_thread(require_right_to_scale, installation, namespace=target.namespace, key=target.key)
    workloads = await asyncio.to_thread(_find, installation, target)
    zones = await asyncio.to_thread(read_zones, installation)
    with installation.listener.counting("keeping awake") as advance:
        for done, workload in enumerate(workloads, start=1):
            kept = await _try_to_keep(
                installation, client, workload, until, may_shorten=alone and target.key is not None
            )
            advance(done, len(workloads))
            yield kept.replace(zone=zones.of_workload(workload))


async def keep_one_awake(
    installation: Installation, client: Client, workload: Workload, until: datetime, wish: WakeRequest
) -> KeptAwake:
    """Tell the workload's hibernation, or start one that only keeps it awake. A longer time that it is kept awake for
    stays, unless the wish may shorten it.

    Raises Refused, Unconfirmed, UsageProblem, InstanceMismatch, RPCError, WorkflowUpdateFailedError.
    """
    cluster, before = installation.settings.cluster, _longer_note(workload, until)
    wish, stays = wish.replace(until=until), before is not None and not wish.may_shorten
    kept = KeptAwake(
        workload=workload.ref.key,
        until=before.awake_until if before and stays else until,
        before=before,
        was_asleep=is_sleeper(workload),
    )
    if await find_open(client, cluster, workload.ref.key) is None:
        if is_sleeper(workload):
            read_copies = installation.cluster.replica_sets.copies_of
            (sent,) = await send_wakes(client, cluster, [workload], (), wish, read_copies)
            if sent.trouble:
                raise Refused(f"{workload.ref}: {sent.trouble}")
            return kept
        if stays:
            return kept
        now = datetime.now(UTC).replace(microsecond=0)
        hibernation = Hibernation(
            cluster=cluster,
            instance=installation.require_instance(),
            ref=workload.ref,
            awake=WakeNote(
                resumed_at=now, awake_until=until, because=Because.KEEP_AWAKE, by=wish.by, reason=wish.reason
            ),
            kept=f"kept awake by {wish.asked}",
            may_shorten=wish.may_shorten,
        )
        if await start_hibernation(client, hibernation) is not None:
            return kept
    status = await _tell(installation, client, workload.ref.key, until, wish)
    return kept if status is None else kept.replace(until=status.awake_until)


def _longer_note(workload: Workload, until: datetime) -> WakeNote | None:
    """What keeps it awake for longer than that; None where nothing does, or it sleeps all the same."""
    note = None if workload.is_down else readable_note(workload.annotations)
    return note if note is not None and note.awake_until > until else None


async def _try_to_keep(
    installation: Installation, client: Client, workload: Workload, until: datetime, *, may_shorten: bool
) -> KeptAwake:
    """Keep it awake, or say why that failed. Raises UsageProblem."""
    try:
        wish = WakeRequest(by=installation.user, may_shorten=may_shorten)
        return await keep_one_awake(installation, client, workload, until, wish)
    except UsageProblem:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are to be kept awake
        trouble = describe_trouble(error).removeprefix(f"{workload.ref}: ")
        return KeptAwake(workload=workload.ref.key, trouble=trouble)


async def _tell(
    installation: Installation, client: Client, key: WorkloadKey, until: datetime, wish: WakeRequest
) -> HibernationStatus | None:
    """What its hibernation answers; None where no worker is there to ask it."""
    cluster = installation.settings.cluster
    handle = client.get_workflow_handle(hibernation_id(cluster, key))
    if not await has_worker(client, cluster):
        # An update needs a worker to be taken; a signal is recorded and read by the next one.
        await handle.signal(REACTIVATE, wish)
        installation.listener.note("no worker runs: the wish is recorded, and takes effect as soon as one does")
        return None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            asked = Until(
                until=until,
                by=wish.by,
                reason=wish.reason,
                asked_at=datetime.now(UTC),
                may_shorten=wish.may_shorten,
            )
            status: HibernationStatus = await handle.execute_update(KEEP_AWAKE, asked, result_type=HibernationStatus)
            return status
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unconfirmed(f"{key}: no worker has confirmed it within {ANSWER_SECONDS:.0f} s; try again") from error


def _find(installation: Installation, target: Target) -> tuple[Workload, ...]:
    if target.key is not None:
        found = installation.cluster.workloads.read(target.key)
        if found is None:
            raise miss_workload(installation, target.key)
        if found.is_down and not is_sleeper(found):
            raise Refused(f"{found.ref} has no replicas, and not because of us: there is nothing to keep awake")
        return (found,)
    listing = list_workloads(installation.within(target.namespace))
    refuse_empty(installation, listing, target.namespace)
    mine = installation.known_instance
    chosen = [workload for workload in listing.wakeable if target.covers(workload) and _can_be_kept(workload, mine)]
    if not chosen:
        raise NotThere(f"no Deployment of {target} runs")
    return tuple(chosen)


def _can_be_kept(workload: Workload, instance: str | None) -> bool:
    from_here = workload.annotations.get(INSTANCE, instance) == instance
    return from_here and (not workload.is_down or is_sleeper(workload))
