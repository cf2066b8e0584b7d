"""One fresh read of a workload, together with what the policies say of it: what every decision about a sleeper
starts from. A quorum read of that one object, never a list and never a cache.
"""

from collections.abc import Callable
from datetime import timedelta

from temporalio import activity

from activities.clocks import Clocks
from activities.faults import told_to_temporal
from activities.hibernation.orders import ConsultOrder
from activities.kube.workloads.workloads import Workloads
from activities.snapshot import Snapshot, Snapshots
from policies.annotations import Annotations, PauseRecord, is_excluded, is_namespace_awake
from policies.kinds import kind_named
from policies.names import MANUAL
from policies.policy.document import OnDeploy
from policies.sleep.raised_count import Bounds, Raised, who_raised
from policies.sleep.review import Consultation
from policies.sleep.wake_note import DEFAULT_COOLDOWN
from policies.sleep.wishes import all_wishes, as_sleeper, latest_wish, running_until
from policies.sleep.zeros import observe_sleeper
from policies.workload import Workload, WorkloadRef


class ConsultActivities:
    """Reads of single workloads, on one cluster."""

    def __init__(
        self,
        workloads: Workloads,
        snapshots: Snapshots,
        verify_cluster: Callable[[], object],
        read_bounds: Callable[[WorkloadRef], Bounds | None],
        clocks: Clocks,
        namespace_marks: Callable[[str], Annotations],
    ) -> None:
        self._workloads = workloads
        self._snapshots = snapshots
        self._verify_cluster = verify_cluster
        self._read_bounds = read_bounds
        self._clocks = clocks
        self._namespace_marks = namespace_marks

    @activity.defn
    def consult(self, order: ConsultOrder) -> Consultation:
        """What the workload looks like now, and who wants it asleep.

        A 404, or another object of the same name, counts only under the right cluster: a kubeconfig that points
        elsewhere raises IdentityMismatch.
        """
        moment = self._clocks.mark(activity.info().started_time)
        with told_to_temporal(f"read {kind_named(order.ref.kind).title}s in {order.ref.namespace}"):
            workload = self._workloads.read(order.ref.key)
            if workload is None or order.ref.uid not in {"", workload.ref.uid}:
                self._verify_cluster()
            if workload is None:
                return Consultation()
        ahead, snapshot = self._clocks.compare(moment).temporal_ahead, self._snapshots()
        seen = observe_sleeper(workload)
        if order.record is None:
            return Consultation(seen=seen, held=snapshot.held, temporal_ahead=ahead)
        marks = self._namespace_marks(workload.ref.namespace)
        return _consult_policies(workload, order, order.record, snapshot, ahead, marks).replace(
            seen=seen, raised=self._who_raised(workload, order, order.record, snapshot)
        )

    def _who_raised(
        self, workload: Workload, order: ConsultOrder, record: PauseRecord, snapshot: Snapshot
    ) -> Raised | None:
        """Where the count is not zero any more. The HPA's bounds cost a listing, so only a sleep under one asks."""
        if workload.is_down:
            return None
        bounds = self._read_bounds(order.ref) if order.autoscaled else None
        return who_raised(workload, snapshot.policy(record.policy), bounds, record.paused_at.replace(microsecond=0))


def _consult_policies(
    workload: Workload,
    order: ConsultOrder,
    record: PauseRecord,
    snapshot: Snapshot,
    ahead: timedelta,
    marks: Annotations,
) -> Consultation:
    """Where Temporal's clock and the cluster's differ the policies are asked at both times, and each that wants the
    workload asleep at one of them counts: a clock that jumped over a window's edge, either way, wakes nothing.
    """
    own = snapshot.policy(record.policy)
    policies = tuple(policy for policy in snapshot.policies if policy.name != order.gone_policy)
    sleeper = as_sleeper(workload, record)
    times = (order.now, order.now - ahead)
    wishes = dict.fromkeys(wish for now in times for wish in all_wishes(policies, sleeper, now))
    zone = "UTC" if own is None else own.zone
    known = own is not None or record.policy in {MANUAL, order.gone_policy}
    return Consultation(
        wishes=tuple(wishes),
        wish=latest_wish(wishes),
        policies_known=known,
        held=snapshot.held,
        # One that was over when the workload went to sleep does not begin again because a clock went back.
        excluded=is_excluded(workload.annotations, zone, max(min(times), record.paused_at))
        or is_namespace_awake(marks, zone, min(times)),
        stay_through_deploys=own is not None and own.spec.on_deploy is OnDeploy.STAY_ASLEEP,
        window_end=max(
            (end for now in times if (end := running_until(policies, sleeper, now)) is not None), default=None
        ),
        cooldown=DEFAULT_COOLDOWN if own is None else own.spec.cooldown_window,
        zone="" if own is None else own.zone,
        temporal_ahead=ahead,
    )
