"""A look at the workloads that another one waits for, or that have to go down before it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from temporalio import activity

from activities.alerts.raised import alert_once
from activities.faults import told_to_temporal
from activities.kube.workloads.workloads import Workloads
from policies.annotations import WAKE_AFTER
from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.sleep.wake_order import Standing, standing_of
from policies.wake_after import readable_targets, targets_of
from policies.workload import Workload, WorkloadRef

MOST_READS = 32
"""In search of cycles, for all targets together: a longer chain is not followed to its end. People's wakes wait for the
same threads.
"""
MOST_NAMED = 5
"""Of those that are still up: one is enough to wait for."""


class WakeOrder(Frozen):
    """Look at what a workload that is due waits for."""

    ref: WorkloadRef
    wake_after: str
    """The annotation as it stands."""
    limit: datetime
    """When it wakes at the latest, whatever its targets do."""
    policy_over: str = ""
    """The policy whose end wakes it before its time, if one does."""
    is_last: bool = False
    """The wait is over: tell what was waited for in vain."""


class TargetsSeen(Frozen):
    """How the targets stand."""

    standings: tuple[Standing, ...] = ()

    @property
    def waiting_for(self) -> tuple[Standing, ...]:
        """Those worth waiting for."""
        return tuple(standing for standing in self.standings if standing.holds_back)


class SleepOrder(Frozen):
    """Look which of these run."""

    refs: tuple[WorkloadRef, ...]


class StillUp(Frozen):
    """Those that do."""

    names: tuple[str, ...] = ()


class OrderingActivities:
    """Reads of the workloads around one, on one cluster."""

    def __init__(self, workloads: Workloads) -> None:
        self._workloads = workloads

    @activity.defn
    def look_at_targets(self, order: WakeOrder) -> TargetsSeen:
        """How each target stands. What can never be waited for raises one alert: an annotation that cannot be read, a
        target that is not there or waits in turn, and in the end one that did not come up.
        """
        about = f"order {order.ref}"
        try:
            targets = targets_of({WAKE_AFTER: order.wake_after})
        except InvalidAnnotation as error:
            alert_once("order", about, f"{order.ref} waits for nothing: {error}", workload=str(order.ref))
            return TargetsSeen()
        with told_to_temporal(f"read what {order.ref} waits for"):
            reads = iter(range(MOST_READS))
            standings = tuple(self._look(order, target, reads) for target in targets)
        wrong = [each for each in standings if each.place in {"missing", "in a cycle"}]
        vain = [each for each in standings if each.holds_back] if order.is_last else []
        if wrong or vain:
            said = ", ".join(map(str, (*wrong, *vain)))
            alert_once(
                "order", about, f"{order.ref} is woken without what it waits for: {said}", workload=str(order.ref)
            )
        return TargetsSeen(standings=standings)

    @activity.defn
    def look_who_is_up(self, order: SleepOrder) -> StillUp:
        """The first of them that still have replicas."""
        with told_to_temporal("read what has to go down first"):
            found = (self._workloads.read(ref.key) for ref in order.refs)
            still_up = (str(each.ref) for each in found if each is not None and not each.is_down)
            return StillUp(names=tuple(islice(still_up, MOST_NAMED)))

    def _look(self, order: WakeOrder, target: WorkloadKey, reads: Iterator[int]) -> Standing:
        found = self._workloads.read(target)
        standing = standing_of(target, found, order.limit, order.policy_over)
        if standing.place == "due" and found is not None and self._waits_for(order.ref.key, found, reads):
            return Standing(target=standing.target, place="in a cycle")
        return standing

    def _waits_for(self, workload: WorkloadKey, found: Workload, reads: Iterator[int]) -> bool:
        """Whether a sleeper waits for that workload, directly or through others. Sleepers on the way are read, too, as
        long as there are `reads` left.
        """
        seen, open_ends = {found.ref.key}, [found]
        while open_ends:
            for target in readable_targets(open_ends.pop().annotations):
                if target == workload:
                    return True
                if target in seen or next(reads, None) is None:
                    continue
                seen.add(target)
                further = self._workloads.read(target)
                if further is not None and further.is_down:
                    open_ends.append(further)
        return False
