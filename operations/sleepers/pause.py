"""A person's pause of one Deployment, until a time."""

import asyncio
import time
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowUpdateRPCTimeoutOrCancelledError

from activities.hibernation.starting import start_hibernation
from operations.errors import Refused, Unconfirmed
from operations.identity import confirm_cluster
from operations.installation import Installation
from operations.listing import miss_workload
from operations.permission import require_right_to_scale
from operations.targets import WorkloadName
from operations.temporal import find_open, has_worker, open_client, phase_of
from policies.annotations import PREFIX
from policies.checks.decision import Candidate, is_autoscaled, manual_policy, object_to_pause_by_hand
from policies.checks.reasons import Reason
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import MANUAL, PAUSE, hibernation_id
from policies.sleep.clocks import TOLERANCE, say_ahead
from policies.sleep.messages import (
    Hibernation,
    HibernationResult,
    HibernationStatus,
    ManualPause,
    PauseOrder,
    Phase,
    Terms,
)
from policies.workload import WorkloadRef, observe

EXPIRES_AFTER = timedelta(minutes=10)
"""A pause that no worker carried out by then is not carried out at all."""
_SECONDS_BETWEEN_LOOKS = 0.3


class Paused(Frozen):
    """One that was seen asleep, and until when it is."""

    workload: WorkloadName
    asleep_until: datetime
    replicas: int = 0
    """How many it had; 0 where it slept already."""


async def pause(
    installation: Installation, key: WorkloadKey, until: datetime, *, now: datetime, seconds: float
) -> Paused:
    """Pause one, or let one that sleeps sleep longer, and wait until it is asleep.

    Args:
        now: when it was asked for, by this machine's clock.
        seconds: how long to wait.

    Raises ConnectionFailed, IdentityMismatch, KubernetesError, NotThere, RPCError, UsageProblem where no instance is
    known, InstanceMismatch, NotAllowed; Refused where a hold, a check or a clock forbids it, or its workflow did;
    Unconfirmed.
    """
    client, cluster = await open_client(installation), installation.settings.cluster
    record = await confirm_cluster(installation, client)
    if record is not None and record.hold is not None:
        raise Refused(f"a hold is on, set by {record.hold.by}: nothing is paused until `finops release`")
    await asyncio.to_thread(require_right_to_scale, installation, key=key)
    execution = await find_open(client, cluster, key)
    sleeping = execution is not None and phase_of(execution) == Phase.ASLEEP
    order = await asyncio.to_thread(_judge, installation.within(key.namespace), key, until, now, sleeping=sleeping)
    hibernation = Hibernation(
        cluster=cluster, instance=installation.require_instance(), ref=order.seen.ref, pause=order
    )
    if execution is not None or await start_hibernation(client, hibernation) is None:
        await _update(installation, client, order, seconds)
    else:
        await _wait_until_asleep(installation, client, order.seen.ref, seconds)
    return Paused(workload=key, asleep_until=until, replicas=order.seen.replicas)


def _judge(
    installation: Installation, key: WorkloadKey, until: datetime, now: datetime, *, sleeping: bool
) -> PauseOrder:
    """The order, if no check that also binds a person objects."""
    workload = installation.cluster.workloads.read(key)
    if workload is None:
        raise miss_workload(installation, key)
    ahead = installation.own_clock_ahead()
    if ahead is not None and abs(ahead) > TOLERANCE:
        # Its end and its expiry are reckoned by this clock: off by hours, it could be carried out hours later.
        raise Refused(f"{key} is not paused: this machine's clock is {say_ahead(ahead)} the API server's; set it first")
    with installation.listener.progress("asking for costs and autoscalers"):
        gathered = installation.cluster.gatherer().gather(now)
    case = gathered.case(manual_policy(), workload, gathered.surroundings_at(now))
    finding = object_to_pause_by_hand(case)
    if finding is not None and not (sleeping and finding.reason is Reason.ALREADY_PAUSED):
        raise Refused(f"{key} is not paused ({finding.reason}): {finding.sentence}")
    return PauseOrder(
        candidate=Candidate(
            seen=observe(workload, PREFIX),
            cost=case.cost.cost,
            requests=workload.requests,
            sentence=f"{installation.user} asked for it",
            autoscaled=is_autoscaled(case),
        ),
        policy=MANUAL,
        terms=Terms(not_after=min(now + EXPIRES_AFTER, until), window_end=until),
    )


async def _update(installation: Installation, client: Client, order: PauseOrder, seconds: float) -> None:
    """Tell its open hibernation: awake it pauses again, asleep it sleeps longer."""
    ref = order.seen.ref
    handle = client.get_workflow_handle(hibernation_id(installation.settings.cluster, ref.key))
    try:
        async with asyncio.timeout(seconds):
            status = await handle.execute_update(
                PAUSE, ManualPause(order=order, by=installation.user), result_type=HibernationStatus
            )
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise Unconfirmed(f"{ref}: no worker has answered within {seconds:.0f} s; see `finops status`") from error
    if status.phase is not Phase.ASLEEP:
        raise Unconfirmed(f"{ref} is {status.phase} and not asleep" + (f": {status.trouble}" if status.trouble else ""))


async def _wait_until_asleep(installation: Installation, client: Client, ref: WorkloadRef, seconds: float) -> None:
    cluster = installation.settings.cluster
    handle = client.get_workflow_handle(hibernation_id(cluster, ref.key), result_type=HibernationResult)
    ends_at = time.monotonic() + seconds
    with installation.listener.progress(f"waiting for {ref} to be asleep"):
        while time.monotonic() < ends_at:
            described = await handle.describe()
            if described.status is not WorkflowExecutionStatus.RUNNING:
                result = await handle.result()
                raise Refused(f"{ref} was not paused: {result.sentence}")
            phase = phase_of(described)
            if phase == Phase.ASLEEP:
                return
            if phase in {Phase.COOLING, Phase.AWAKE}:
                raise Refused(f"{ref} was not paused: it is {phase}")
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    why = "" if await has_worker(client, cluster) else "; no worker runs"
    raise Unconfirmed(
        f"{ref} is not asleep after {seconds:.0f} s{why}. The pause is recorded and expires "
        f"{EXPIRES_AFTER.total_seconds() / 60:.0f} min after it was asked for"
    )
