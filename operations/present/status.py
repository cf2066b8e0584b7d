"""How one cluster is, and what is asleep there: from Temporal's visibility and one listing of the cluster.

Never a query, so no worker is needed. Where Temporal is away the sleepers' own records tell; where the cluster cannot
be asked, Temporal does.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.hibernation.listing import ListedHibernation
from activities.snapshot import Hold
from operations.errors import OperationError
from operations.failures import describe_failure
from operations.installation import Installation
from operations.listing import list_workloads, point_out_empty
from operations.policy_source import read_quietly, refuse_unknown
from operations.present.asked_for import EVERYONE, StatusQuestion, list_asked_for, rank
from operations.present.first_windows import FirstWindowSeen, read_first_windows
from operations.present.often_woken import OftenWoken, find_often_woken
from operations.present.saved_now import SavedNow, add_up_sleepers
from operations.standing.carriers import Carriers, hold_against, list_carriers
from operations.standing.standing import WorkloadStanding, stand_by_hibernation
from operations.standing.unwatched import Unwatched, count_unwatched
from operations.temporal import has_worker, open_client
from operations.zones import Zones
from policies.calendar.allowance import Allowance, allowance_of
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.sleep.discrepancies import OVERDUE_AFTER
from policies.sleep.messages import Phase
from policies.sleep.reconciliation import ReconcileResult
from worker.errors import ConnectionFailed
from worker.temporal.cluster_record import ClusterRecord, read_record
from worker.temporal.reconciliations import read_last_reconciliation
from worker.temporal.schedule_states import ScheduleSeen, read_states

_LISTED_WITHIN = timedelta(minutes=1)
"""Visibility is a moment behind: one that has just fallen asleep need not be listed yet."""


class ClusterStatus(Frozen):
    """How a cluster is, and what is asleep there."""

    cluster: str
    at: datetime
    is_partial: bool = False
    """Whether only some were asked for."""
    temporal: str = ""
    """The address of the Temporal that was asked; empty where it is away."""
    temporal_trouble: str = ""
    """Why it could not be asked. Then all that is known is from the cluster."""
    cluster_trouble: str = ""
    """Why the cluster could not be asked. Then it is not known since when, until when and why something is awake."""
    recorded: bool = True
    """False where Temporal's record of the cluster is gone or was edited, or no worker has written one yet."""
    instance: str | None = None
    """Whose sleepers are ours, where that is known."""
    hold: Hold | None = None
    worker: bool = False
    """Whether one polls for the cluster."""
    hibernations: tuple[WorkloadStanding, ...] = ()
    """The open ones: those that fail to wake first, then by policy, state and name; those kept awake last. Where
    Temporal is away, what the workloads carry.
    """
    lost: tuple[WorkloadStanding, ...] = ()
    """Sleepers that carry a record and have no open hibernation: of ours, or of all where it is not known which are."""
    reconciliation: ReconcileResult | None = None
    """The last that is over."""
    schedules: tuple[ScheduleSeen, ...] = ()
    often_woken: tuple[OftenWoken, ...] = ()
    zones: Zones = Zones()
    first_windows: tuple[FirstWindowSeen, ...] = ()
    allowances: Mapping[str, Allowance] = {}
    """How much sleep each policy allows; none where the policies cannot be read."""

    @property
    def asleep(self) -> int:
        """How many are at zero."""
        return sum(1 for each in self.hibernations if each.phase == Phase.ASLEEP)

    @property
    def overdue(self) -> tuple[WorkloadStanding, ...]:
        """Those whose wake is late."""
        late = self.at - OVERDUE_AFTER
        known = (*self.hibernations, *self.lost)
        return tuple(each for each in known if each.resume_at is not None and each.resume_at < late)

    @property
    def savings(self) -> tuple[SavedNow, ...]:
        """What all that sleep save now, by currency."""
        return add_up_sleepers(self.hibernations)

    @property
    def unwatched(self) -> Unwatched:
        """Those that nobody will wake as it is."""
        sleepers = () if self.worker else (*self.hibernations, *self.lost)
        return count_unwatched(sleepers, self.at, self.instance, self.zones)

    @property
    def is_served(self) -> bool:
        """False where Temporal is away, or something sleeps and no worker is there to wake it."""
        return not self.temporal_trouble and not self.unwatched.count


async def read_status(installation: Installation, question: StatusQuestion = EVERYONE) -> ClusterStatus:
    """How the cluster is, and of what is asleep that which is asked for. Everything is asked at the same time.

    Raises OperationError where neither Temporal nor the cluster can be asked, NotThere for a policy that is not in
    force and that nothing sleeps under; KubernetesError where labels are asked for.
    """
    try:
        return await read_by(installation, await open_client(installation), question)
    except (ConnectionFailed, RPCError) as error:
        return await _go_without(installation.within(question.namespace), question, describe_failure(error))


async def read_by(
    installation: Installation, client: Client, question: StatusQuestion, known: ClusterStatus | None = None
) -> ClusterStatus:
    """The same, of a Temporal that is connected to. With what is `known` already, only what changes from one moment to
    the next is asked again: what is asleep, the hold and the worker. Raises RPCError, KubernetesError.
    """
    cluster, here = installation.settings.cluster, installation.within(question.namespace)
    looking = asyncio.create_task(asyncio.to_thread(_look, here, question, known))
    listed, selected, record, alive = await asyncio.gather(
        list_asked_for(client, cluster, question),
        _select(question, looking),
        read_record(client, cluster),
        has_worker(client, cluster),
    )
    if selected is not None:
        listed = tuple(each for each in listed if each.key in selected)
    found = ClusterStatus(
        cluster=cluster,
        at=datetime.now(UTC),
        is_partial=question != EVERYONE,
        temporal=client.service_client.config.target_host,
        recorded=record is not None,
        hold=None if record is None else record.hold,
        worker=alive,
    )
    if known is not None:
        return _go_on(known, found, listed)
    policies, reconciliation, often = await asyncio.gather(
        asyncio.to_thread(read_quietly, installation),
        read_last_reconciliation(client, cluster),
        find_often_woken(client, cluster, found.at, question.namespace),
    )
    names = None if policies is None else [policy.name for policy in policies]
    schedules, first_windows = await asyncio.gather(
        read_states(client, cluster, names), read_first_windows(client, cluster, policies or (), found.at)
    )
    found = found.replace(
        zones=Zones(policies=policies or ()),
        reconciliation=reconciliation,
        schedules=schedules,
        often_woken=often,
        first_windows=first_windows,
        allowances={each.name: allowance_of(each, found.at) for each in policies or ()},
    )
    found = await _put_together(here, question, found, listed, record, await looking)
    if not (found.hibernations or found.lost):
        refuse_unknown(policies, question.policy, "nothing is asleep")
    return found


def _go_on(known: ClusterStatus, found: ClusterStatus, listed: tuple[ListedHibernation, ...]) -> ClusterStatus:
    """What was known, with what changes from one moment to the next as it was found now."""
    before = {each.key: each for each in known.hibernations}
    standing = [stand_by_hibernation(each, None) for each in listed]
    kept = tuple(each.as_known(before.get(each.key)) for each in standing)
    return known.replace(at=found.at, recorded=found.recorded, hold=found.hold, worker=found.worker, hibernations=kept)


def _look(installation: Installation, question: StatusQuestion, known: ClusterStatus | None) -> Carriers:
    """Labels are on the Deployments alone, so that nothing is known of those who have them without a listing."""
    if question.labels is not None:
        listing = list_workloads(installation)
        point_out_empty(installation, listing, question.namespace)
        return Carriers(workloads=listing.wakeable)
    return Carriers() if known is not None else list_carriers(installation)


async def _select(question: StatusQuestion, looking: asyncio.Task[Carriers]) -> frozenset[WorkloadKey] | None:
    """Those with the labels that are asked for; None where none are."""
    if question.labels is None:
        return None
    return frozenset(each.ref.key for each in question.select((await looking).workloads))


async def _put_together(
    installation: Installation,
    question: StatusQuestion,
    found: ClusterStatus,
    listed: tuple[ListedHibernation, ...],
    record: ClusterRecord | None,
    carriers: Carriers,
) -> ClusterStatus:
    """With what the cluster shows of the same workloads."""
    if record is not None:
        installation.recorded_instance = record.instance or installation.recorded_instance
        carriers = await asyncio.to_thread(hold_against, installation, record.identity, carriers)
    by_key = {each.ref.key: each for each in carriers.workloads}
    opened, mine = {each.key for each in listed}, installation.known_instance
    asked_for = carriers.replace(workloads=question.select(carriers.workloads)).stand(mine, found.at)
    lost = (each for each in asked_for if question.covers(each))
    return found.replace(
        instance=mine,
        cluster_trouble=carriers.trouble,
        hibernations=tuple(stand_by_hibernation(each, by_key.get(each.key)) for each in listed),
        lost=tuple(
            each for each in lost if not each.is_awake and each.key not in opened and not _is_new(each, found.at)
        ),
    )


async def _go_without(installation: Installation, question: StatusQuestion, trouble: str) -> ClusterStatus:
    """The same by the cluster alone. Raises OperationError."""
    carriers, now = await asyncio.to_thread(list_carriers, installation), datetime.now(UTC)
    if carriers.trouble:
        raise OperationError(f"neither Temporal nor the cluster can be asked: {trouble}; {carriers.trouble}")
    carriers = carriers.replace(workloads=question.select(carriers.workloads))
    standing = [each for each in carriers.stand(installation.known_instance, now) if question.covers(each)]
    policies = await asyncio.to_thread(read_quietly, installation)
    found = ClusterStatus(
        cluster=installation.settings.cluster,
        at=now,
        is_partial=question != EVERYONE,
        temporal_trouble=trouble,
        instance=installation.known_instance,
        hibernations=tuple(sorted(standing, key=rank)),
        zones=Zones(policies=policies or ()),
    )
    if not (found.hibernations or found.lost):
        refuse_unknown(policies, question.policy, "nothing is asleep")
    return found


def _is_new(standing: WorkloadStanding, now: datetime) -> bool:
    return standing.since is not None and standing.since > now - _LISTED_WITHIN
