"""Order among workloads: what others wait for is up first and goes down last.

`finops.io/wake-after: ns/name[,ns/name]` on a workload names its targets, what it waits for. Nothing is held back
longer than `LONGEST_WAIT`, a cycle holds nothing back at all, and a person's wake never waits.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from policies.annotations import WAKE_AFTER
from policies.keys import WorkloadKey
from policies.models import Frozen, unknown_means
from policies.readable import readable_pause
from policies.times import to_rfc3339
from policies.wake_after import readable_targets
from policies.workload import Observation, Workload, WorkloadRef

LONGEST_WAIT = timedelta(minutes=10)
"""For one workload, from its own time on."""
LONGEST_WAIT_FOR_SLEEP = timedelta(minutes=5)
"""A pause that waits for others to go down first must not expire over it."""

Place = Literal["up", "coming", "due", "asleep", "at zero", "missing", "in a cycle", "unknown"]


class GoesDownLast(Frozen):
    """A workload that is put to sleep after others of the same run."""

    ref: WorkloadRef
    after: tuple[WorkloadRef, ...]


class Standing(Frozen):
    """How a target stands when a workload that waits for it is due."""

    target: str
    place: Annotated[Place, unknown_means("unknown")]
    until: datetime | None = None
    """When it wakes itself, where it sleeps."""

    @property
    def holds_back(self) -> bool:
        """Whether it is worth waiting for: it comes up now, or will before the wait is over."""
        return self.place in {"coming", "due"}

    def __str__(self) -> str:
        match self.place:
            case "coming":
                return f"{self.target} has no pod that is available yet"
            case "due":
                return f"{self.target} is about to wake"
            case "asleep":
                until = "until somebody wakes it" if self.until is None else f"until {to_rfc3339(self.until)}"
                return f"{self.target} sleeps {until}"
            case "missing":
                return f"there is no {self.target}"
            case "in a cycle":
                return f"{self.target} waits for it in turn"
            case "at zero":
                return f"{self.target} has no replicas, and not because of us"
            case "unknown":
                return f"{self.target} is in a state that only a later version knows"
        return f"{self.target} is up"


def standing_of(target: WorkloadKey, found: Workload | None, limit: datetime, policy_over: str = "") -> Standing:
    """How a target stands, without a look at what it waits for itself.

    `limit` is when the wait is over. `policy_over` is a policy that ended before its time: what slept under it wakes
    now, whatever its record says.
    """
    name = str(target)
    if found is None or found.being_deleted:
        return Standing(target=name, place="missing")
    if not found.is_down:
        return Standing(target=name, place="up" if found.rollout.available_replicas > 0 else "coming")
    record = readable_pause(found.annotations)
    if record is None:
        return Standing(target=name, place="at zero")
    due = record.policy == policy_over or (record.resume_at is not None and record.resume_at <= limit)
    return Standing(target=name, place="due" if due else "asleep", until=record.resume_at)


def last_down(chosen: Iterable[Observation]) -> tuple[GoesDownLast, ...]:
    """Of the workloads that one run puts to sleep, those that have to wait for others of it to go down first.

    What cannot be read says nothing here: it is not paused in the first place.
    """
    by_key = {each.ref.key: each for each in chosen}
    waits_for = {
        key: [target for target in readable_targets(each.annotations) if target in by_key]
        for key, each in by_key.items()
        if WAKE_AFTER in each.annotations
    }
    knotted = knots(waits_for)
    after: dict[WorkloadKey, list[WorkloadRef]] = defaultdict(list)
    for key, targets in sorted(waits_for.items()):
        for target in targets:
            if not (key in knotted and target in knotted):
                after[target].append(by_key[key].ref)
    return tuple(GoesDownLast(ref=by_key[target].ref, after=tuple(refs)) for target, refs in after.items())


def knots(waits_for: Mapping[WorkloadKey, Iterable[WorkloadKey]]) -> frozenset[WorkloadKey]:
    """Those that lie on cycles, or between two of them: for them there is no order."""
    edges = {(key, target) for key, targets in waits_for.items() for target in targets}
    while edges:
        waiting, waited_for = {key for key, _ in edges}, {target for _, target in edges}
        left = {(key, target) for key, target in edges if key in waited_for and target in waiting}
        if left == edges:
            return frozenset(waiting)
        edges = left
    return frozenset()


def order_problems(workloads: Iterable[Workload]) -> tuple[str, ...]:
    """What is wrong with the order of these workloads, which are all that there are, in sentences."""
    known = {workload.ref.key: workload.annotations for workload in workloads}
    waits_for = {key: readable_targets(carried) for key, carried in known.items()}
    knotted = knots(waits_for)
    found = []
    for key in sorted(waits_for):
        found += [f"{key} waits for {target}, which is not there" for target in waits_for[key] if target not in known]
        if key in knotted:
            found.append(f"{key} waits for itself, by way of what it waits for: it is not held back")
    return tuple(found)
