"""Waking what sleeps by way of Temporal, and a look whether it came true."""

from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from operations.awaiting import wait_until_back
from operations.errors import OperationError, Refused
from operations.installation import Installation
from operations.listing import miss_workload
from operations.sleepers.keep_awake import KeptAwake, keep_one_awake
from operations.sleepers.search import SleepersFound
from operations.sleepers.send_wakes import Sent, send_wakes
from operations.targets import scale_by_hand
from operations.temporal import has_worker
from operations.zones import read_zones
from policies import annotations as notes
from policies.errors import RuleError
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.sleep.messages import WakeRequest

CONFIRM_SECONDS = 10.0
"""How long a wake is looked after to tell whether it came true. Most take a second."""


class WakeOutcome(Sent):
    """What became of one wake."""

    awake: bool
    """Whether the cluster shows it scaled up, or available where that was waited for."""


class WokenAll(Frozen):
    """What became of several, each on its own."""

    results: tuple[WakeOutcome, ...]
    worked_on: bool
    """Whether a worker is there to act on what was recorded."""

    @property
    def failed(self) -> int:
        """How many could not even be recorded."""
        return sum(1 for each in self.results if each.trouble)

    @property
    def missing(self) -> frozenset[WorkloadKey]:
        """Those that are recorded and were not seen to come back in time."""
        return frozenset(each.workload for each in self.results if not each.trouble and not each.awake)


class KeptUntil(Frozen):
    """Until when a workload is not paused again, and on whose clocks that is told: None for this machine's."""

    at: datetime
    zone: str | None = None


async def wake(
    installation: Installation,
    client: Client,
    found: SleepersFound,
    request: WakeRequest,
    *,
    available_within: float | None = None,
) -> WokenAll:
    """Wake all that was found. One that fails does not stop the others.

    Args:
        request: who wakes it and why, and until when it is not paused again.
        available_within: wait so many seconds for all replicas to be available; without it a moment for the count.
    """
    cluster, read_copies = installation.settings.cluster, installation.cluster.replica_sets.copies_of
    with installation.listener.counting("waking") as advance:
        sent = await send_wakes(client, cluster, found.sleepers, found.opened, request, read_copies, advance)
    worked_on = await _is_worked_on(client, cluster)
    missing = await wait_until_back(
        installation,
        [each.workload for each in sent if not each.trouble],
        (CONFIRM_SECONDS if available_within is None else available_within) if worked_on else 0,
        available=available_within is not None,
    )
    results = (
        WakeOutcome(
            workload=each.workload, trouble=each.trouble, awake=not each.trouble and each.workload not in missing
        )
        for each in sent
    )
    return WokenAll(results=tuple(results), worked_on=worked_on)


async def leave_awake(
    installation: Installation, client: Client, found: SleepersFound, request: WakeRequest
) -> KeptAwake | None:
    """The one that was named and is awake already, kept so where the request names a time, or for longer where it is
    already. None where several were meant and none sleeps.

    Raises OperationError where it is not known whether something sleeps, NotThere where there is no such Deployment,
    Refused where it has no replicas and not because of us.
    """
    key = found.target.key
    if key is None:
        if not found.sees_cluster or not found.sees_temporal:
            raise OperationError(
                f"nothing was woken, and it is not known whether anything of ours sleeps in {found.target}"
            )
        return None
    if not found.sees_cluster:
        raise OperationError(f"{key} has no open hibernation, and the cluster cannot be asked")
    workload = found.named
    if workload is None:
        raise miss_workload(installation, key)
    if workload.is_down and not notes.is_annotated(workload.annotations):
        raise Refused(
            f"{workload.ref} has no replicas, and not because of us; wake it with {scale_by_hand(workload.ref)} "
            f"(finops history {workload.ref} tells what is known of it)"
        )
    if request.until is not None:
        kept = await keep_one_awake(installation, client, workload, request.until, request)
        return kept.replace(zone=read_zones(installation).of_workload(workload))
    return KeptAwake(workload=key)


def read_kept_until(installation: Installation, woken: WokenAll) -> KeptUntil | None:
    """Until when it is not paused again, where one alone was woken, for the person who woke it."""
    if len(woken.results) != 1 or not woken.results[0].awake:
        return None
    try:
        workload = installation.cluster.workloads.read(woken.results[0].workload)
        note = None if workload is None else notes.read_note(workload.annotations)
    except (IoError, RuleError):
        return None
    if workload is None or note is None:
        return None
    return KeptUntil(at=note.awake_until, zone=read_zones(installation).of_workload(workload))


async def _is_worked_on(client: Client, cluster: str) -> bool:
    """Whether somebody will act on what was sent. Where Temporal does not tell, the cluster itself soon shows it."""
    try:
        return await has_worker(client, cluster)
    except RPCError:
        return True
