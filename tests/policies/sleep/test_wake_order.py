from datetime import timedelta

import pytest
from cases import NOW, workload
from hypothesis import given
from hypothesis import strategies as st
from ids import key_of

from policies.annotations import PREFIX, WAKE_AFTER, PauseRecord, pause_patch
from policies.keys import WorkloadKey
from policies.sleep.wake_order import Standing, knots, last_down, order_problems, standing_of
from policies.workload import Rollout, Workload, observe

LIMIT = NOW + timedelta(minutes=10)


def waiting(name: str, *targets: str) -> Workload:
    """A workload that runs, and wakes after these."""
    return workload("dev", name, annotations={WAKE_AFTER: ",".join(f"dev/{target}" for target in targets)})


def sleeping(wakes_in: timedelta | None, policy: str = "nights") -> Workload:
    """One that sleeps."""
    record = PauseRecord(
        pause_id="p-1",
        instance="me",
        policy=policy,
        paused_at=NOW - timedelta(hours=8),
        original_replicas=3,
        resume_at=None if wakes_in is None else NOW + wakes_in,
    )
    written = {key: value for key, value in pause_patch(record).items() if value is not None}
    return workload("dev", "db", replicas=0, annotations=written)


@pytest.mark.parametrize(
    ("found", "place", "holds_back"),
    [
        (workload("dev", "db"), "up", False),
        (workload("dev", "db", rollout=Rollout(available_replicas=0)), "coming", True),
        (sleeping(timedelta(0)), "due", True),
        (sleeping(timedelta(minutes=10)), "due", True),
        (sleeping(timedelta(minutes=11)), "asleep", False),
        (sleeping(None), "asleep", False),
        (sleeping(timedelta(days=2), policy="gone"), "due", True),
        (workload("dev", "db", replicas=0), "at zero", False),
        (workload("dev", "db", replicas=0, annotations={f"{PREFIX}paused": "true"}), "at zero", False),
        (workload("dev", "db", being_deleted=True), "missing", False),
        (None, "missing", False),
    ],
)
def test_only_what_comes_up_within_the_wait_holds_anybody_back(
    found: Workload | None, place: str, holds_back: bool
) -> None:
    standing = standing_of(key_of("dev/db"), found, LIMIT, policy_over="gone")
    assert (standing.place, standing.holds_back) == (place, holds_back)
    assert "dev/db" in str(standing)


def test_what_others_of_the_same_run_wait_for_goes_down_after_them() -> None:
    chosen = [waiting("web", "api"), waiting("api", "db", "elsewhere"), waiting("jobs", "db"), workload("dev", "db")]
    after = last_down(observe(each, PREFIX) for each in chosen)
    assert {str(last.ref): [str(ref) for ref in last.after] for last in after} == {
        "dev/api": ["dev/web"],
        "dev/db": ["dev/api", "dev/jobs"],
    }


def test_those_on_a_cycle_go_down_in_no_order_and_the_others_keep_theirs() -> None:
    chosen = [waiting("a", "b"), waiting("b", "c"), waiting("c", "a"), waiting("self", "self"), waiting("web", "db")]
    after = last_down(observe(each, PREFIX) for each in [*chosen, workload("dev", "db")])
    assert [str(last.ref) for last in after] == ["dev/db"]


KEYS = st.integers(0, 7).map(lambda number: WorkloadKey("dev", str(number)))


@given(st.dictionaries(KEYS, st.sets(KEYS, max_size=3), max_size=8))
def test_what_is_left_without_the_knots_has_an_order(waits_for: dict[WorkloadKey, set[WorkloadKey]]) -> None:
    knotted = knots(waits_for)
    left = {key: {target for target in targets if not {key, target} <= knotted} for key, targets in waits_for.items()}
    for start, targets in left.items():
        reached, open_ends = set[WorkloadKey](), [*targets]
        while open_ends:
            key = open_ends.pop()
            assert key != start
            if key not in reached:
                reached.add(key)
                open_ends += left.get(key, ())


def test_a_cycle_and_a_target_that_is_not_there_are_named() -> None:
    there = [waiting("a", "b"), waiting("b", "a"), waiting("web", "db", "nowhere"), workload("dev", "db")]
    assert order_problems(there) == (
        "dev/a waits for itself, by way of what it waits for: it is not held back",
        "dev/b waits for itself, by way of what it waits for: it is not held back",
        "dev/web waits for dev/nowhere, which is not there",
    )


def test_a_standing_says_until_when_its_target_sleeps() -> None:
    standing = Standing(target="dev/db", place="asleep", until=NOW)
    assert str(standing) == "dev/db sleeps until 2026-11-23T20:00:00Z"
