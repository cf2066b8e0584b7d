from collections.abc import Mapping
from typing import cast

from cases import NOW, workload
from ids import key_of
from sleepers import sleeper
from temporalio.testing import ActivityEnvironment

from activities.hibernation.neighbours import (
    MOST_NAMED,
    MOST_READS,
    OrderingActivities,
    SleepOrder,
    StillUp,
    TargetsSeen,
    WakeOrder,
)
from activities.kube.workloads.workloads import Workloads
from policies.annotations import WAKE_AFTER
from policies.keys import WorkloadKey
from policies.workload import Workload, WorkloadRef


class Shelf:
    """Deployments by their keys; it counts the reads."""

    def __init__(self, *there: Workload) -> None:
        self.reads = 0
        self._there: Mapping[WorkloadKey, Workload] = {each.ref.key: each for each in there}

    def read(self, key: WorkloadKey) -> Workload | None:
        self.reads += 1
        return self._there.get(key)


def who_is_up(shelf: Shelf, *refs: WorkloadRef) -> StillUp:
    activities = OrderingActivities(cast("Workloads", shelf))
    seen: StillUp = ActivityEnvironment().run(activities.look_who_is_up, SleepOrder(refs=refs))
    return seen


def due(name: str, *after: str) -> Workload:
    """A sleeper whose time has come, and what it waits for."""
    asleep = sleeper(name)
    marks = {**asleep.annotations, **({WAKE_AFTER: ",".join(after)} if after else {})}
    return asleep.model_copy(update={"annotations": marks})


def test_of_a_thousand_that_are_up_a_few_are_read_and_named() -> None:
    many = [workload(namespace="dev", name=f"web-{number}") for number in range(1_000)]
    shelf = Shelf(*many)
    assert who_is_up(shelf, *(each.ref for each in many)).names == tuple(f"dev/web-{n}" for n in range(MOST_NAMED))
    assert shelf.reads == MOST_NAMED


def test_all_are_read_where_none_is_up() -> None:
    many = [workload(namespace="dev", name=f"web-{number}", replicas=0) for number in range(20)]
    shelf = Shelf(*many)
    assert who_is_up(shelf, *(each.ref for each in many)).names == ()
    assert shelf.reads == 20


def test_the_search_for_cycles_is_bounded_for_all_targets_together() -> None:
    """People's wakes wait for the same threads."""
    chain = [due(f"link-{number}", f"dev-shop/link-{number + 1}") for number in range(100)]
    targets = [due(f"target-{number}", "dev-shop/link-0") for number in range(10)]
    shelf, asked = Shelf(*chain, *targets), key_of("dev-shop/web")
    order = WakeOrder(
        ref=WorkloadRef(namespace=asked.namespace, name=asked.name),
        wake_after=",".join(str(each.ref) for each in targets),
        limit=NOW,
        policy_over="idle-dev",
    )
    activities = OrderingActivities(cast("Workloads", shelf))
    seen: TargetsSeen = ActivityEnvironment().run(activities.look_at_targets, order)
    assert [standing.place for standing in seen.standings] == ["due"] * len(targets)
    assert shelf.reads == len(targets) + MOST_READS
