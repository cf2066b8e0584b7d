"""What sleeps of a target, before anybody wakes it."""

import asyncio
from collections.abc import Iterable, Sequence

from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from activities.hibernation.listing import list_open_if_known, open_query
from operations.errors import EmptyNamespace
from operations.identity import confirm_cluster
from operations.installation import Installation
from operations.listing import list_workloads, miss_workload, refuse_empty
from operations.permission import require_right_to_scale
from operations.targets import Target, choose_sleepers, is_sleeper
from operations.temporal import find_open, phase_of
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.sleep.messages import AWAKE_PHASES
from policies.wording import name_some
from policies.workload import Workload

_NAMED = 5


class SleepersFound(Frozen):
    """What there is to wake of a target, and what is left out."""

    target: Target
    sleepers: tuple[Workload, ...] = ()
    """Those that the cluster shows asleep and that are ours; one that is named exactly is."""
    opened: tuple[WorkloadKey, ...] = ()
    """Those with an open hibernation that has something to wake."""
    strangers: tuple[WorkloadKey, ...] = ()
    """They sleep under another installation."""
    unclaimed: int = 0
    """So many sleep without an open hibernation, and it is not known whether they are ours."""
    named: Workload | None = None
    """The Deployment that was named exactly, asleep or not."""
    sees_cluster: bool = True
    """False where the cluster could not be asked."""
    sees_temporal: bool = True
    """False where Temporal did not list the open hibernations."""

    @property
    def keys(self) -> frozenset[WorkloadKey]:
        """All that a wake would be sent to."""
        return frozenset((*(workload.ref.key for workload in self.sleepers), *self.opened))


def join_found(found: Sequence[SleepersFound]) -> SleepersFound:
    """What was found of several targets, at least one, to be woken together."""
    return found[0].replace(
        sleepers=tuple(sleeper for each in found for sleeper in each.sleepers),
        opened=tuple(key for each in found for key in each.opened),
    )


def find_sleepers_in_cluster(installation: Installation, target: Target) -> SleepersFound:
    """By the cluster alone.

    Raises NotAllowed, KubernetesError, NotThere also for a namespace without a Deployment, and UsageProblem where it is
    not known whose they are.
    """
    _require_right(installation, target)
    workloads = _look(installation, target)
    if target.key is not None and not workloads:
        raise miss_workload(installation, target.key)
    sleepers, strangers = choose_sleepers(workloads, target, installation.known_instance)
    return SleepersFound(target=target, sleepers=sleepers, strangers=tuple(each.ref.key for each in strangers))


async def find_sleepers(installation: Installation, client: Client, target: Target) -> SleepersFound:
    """By the cluster and Temporal, as far as they answer: a wake needs only one of them to know the sleeper.

    Raises IdentityMismatch, NotAllowed where who asks could not wake them themselves, EmptyNamespace where there is
    nothing that could sleep, and RPCError where Temporal does not tell of the one that was named.
    """
    await confirm_cluster(installation, client)
    await asyncio.to_thread(_require_right, installation, target)
    workloads, empty = await asyncio.to_thread(_look_if_up, installation, target)
    opened = await _find_open(installation, client, target)
    if empty is not None and not opened:
        raise empty
    unsure = installation.known_instance is None and target.key is None
    # Without an instance those with an open hibernation are ours all the same.
    sleepers, strangers = choose_sleepers(() if unsure else workloads or (), target, installation.known_instance)
    return SleepersFound(
        target=target,
        sleepers=sleepers,
        opened=opened or (),
        strangers=tuple(workload.ref.key for workload in strangers),
        unclaimed=_count_lost(workloads or (), target, opened or ()) if unsure else 0,
        named=workloads[0] if workloads and target.key is not None else None,
        sees_cluster=workloads is not None,
        sees_temporal=opened is not None,
    )


def _require_right(installation: Installation, target: Target) -> None:
    whole = target.key is None and target.namespace is None
    instead = "name a namespace in which you have it with -n NAMESPACE, or " if whole else ""
    require_right_to_scale(installation, namespace=target.namespace, key=target.key, instead=instead)


def _look(installation: Installation, target: Target) -> tuple[Workload, ...]:
    if target.key is None:
        listing = list_workloads(installation.within(target.namespace))
        refuse_empty(installation, listing, target.namespace)
        strange = [each.name for each in listing.unreadable if each.but_requests is None]
        if strange:
            named = name_some(strange, _NAMED)
            installation.listener.warn(f"{named} cannot be read: whether they sleep is not known, and none is woken")
        return listing.wakeable
    found = installation.cluster.workloads.read(target.key)
    return () if found is None else (found,)


def _look_if_up(
    installation: Installation, target: Target
) -> tuple[tuple[Workload, ...] | None, EmptyNamespace | None]:
    """The workloads of the target; None where the cluster cannot be asked: a signal needs only Temporal, also where
    there is no Deployment any more.
    """
    try:
        return _look(installation, target), None
    except EmptyNamespace as empty:
        return (), empty
    except IoError as error:
        installation.listener.note(f"the cluster cannot be asked, so only open hibernations are woken: {error}")
        return None, None


async def _find_open(installation: Installation, client: Client, target: Target) -> tuple[WorkloadKey, ...] | None:
    """The open hibernations; None where they cannot be listed: what the cluster shows asleep can do without."""
    cluster = installation.settings.cluster
    if target.key is not None:
        execution = await find_open(client, cluster, target.key)
        return () if execution is None or phase_of(execution) in AWAKE_PHASES else (target.key,)
    try:
        rows = [row async for row in list_open_if_known(client, open_query(cluster, namespace=target.namespace))]
    except RPCError as error:
        installation.listener.warn(
            f"Temporal does not list the open hibernations ({error.message}): what the cluster shows asleep is woken"
        )
        return None
    return tuple(row.key for row in rows if row.phase not in AWAKE_PHASES)


def _count_lost(workloads: Iterable[Workload], target: Target, opened: Iterable[WorkloadKey]) -> int:
    """How many sleep without an open hibernation."""
    known = set(opened)
    asleep = (workload.ref.key for workload in workloads if is_sleeper(workload) and target.covers(workload))
    return sum(1 for key in asleep if key not in known)
