"""Who slept, each with its last sleep and how it is now, from what Temporal remembers and the cluster shows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import workload
from ids import key_of
from sleepers import sleeper

from activities.hibernation.listing import ListedHibernation
from operations.past.night_sleepers import (
    DAMAGED,
    NOT_WOKEN,
    NightKnown,
    NightSleeper,
    add_up,
    describe_sleepers,
    find_damaged,
    last_sleeps,
)
from policies import annotations as notes
from policies.annotations import PauseRecord, pause_patch
from policies.keys import WorkloadKey
from policies.runs.nights import Fate
from policies.sleep.ledger import Slept
from policies.sleep.messages import Phase
from policies.workload import Rollout, Workload, WorkloadRef

NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
EVENING, MORNING = NOW - timedelta(hours=12), NOW - timedelta(hours=1)
REF = WorkloadRef(namespace="dev-shop", name="checkout", uid="u1")
KEY = REF.key


def slept(end: datetime | None = MORNING, woken: str = "its time has come", start: datetime = EVENING) -> Slept:
    return Slept(ref=REF, policy="nights", start=start, end=end, pause_id=f"p-{start:%H}", woken=woken)


def up(available: int = 3, **changes: Any) -> Workload:
    return workload(rollout=Rollout(available_replicas=available, available_changed_at=MORNING), **changes)


def asleep(due: datetime | None) -> Workload:
    record = PauseRecord(
        pause_id="p", instance="me", policy="nights", paused_at=EVENING, original_replicas=3, resume_at=due
    )
    carried = {key: text for key, text in pause_patch(record).items() if text is not None}
    return workload(replicas=0, annotations=carried)


def opened(phase: Phase, trouble: str = "") -> ListedHibernation:
    return ListedHibernation(
        workflow_id="w", run_id="r", namespace="dev-shop", name="checkout", since=EVENING, phase=phase, trouble=trouble
    )


def told(
    sleep: Slept,
    seen: Mapping[WorkloadKey, Workload] | None,
    running: Mapping[WorkloadKey, ListedHibernation] | None = None,
) -> NightSleeper:
    known = NightKnown(now=NOW, listed=seen, opened=running or {})
    (found,) = describe_sleepers(last_sleeps([sleep], EVENING), {}, {}, known)
    return found


@pytest.mark.parametrize(
    ("sleep", "seen", "running", "fate", "trouble"),
    [
        (slept(), {KEY: up()}, {}, Fate.AVAILABLE, ""),
        (slept(), {KEY: up(2)}, {}, Fate.NOT_AVAILABLE, ""),
        (slept(end=NOW - timedelta(minutes=1)), {KEY: up(2)}, {}, Fate.STARTING, ""),
        (slept(), {KEY: workload(replicas=0)}, {}, Fate.AT_ZERO, ""),
        (slept(), {}, {}, Fate.GONE, ""),
        (slept(), None, {}, Fate.UNKNOWN, ""),
        (slept(end=None), {KEY: asleep(NOW + timedelta(hours=1))}, {}, Fate.ASLEEP, ""),
        (slept(end=None), {KEY: asleep(None)}, {}, Fate.ASLEEP, ""),
        (slept(end=None), {KEY: asleep(MORNING)}, {}, Fate.STUCK, NOT_WOKEN),
        (
            slept(end=None),
            {KEY: asleep(MORNING)},
            {KEY: opened(Phase.RESUME_FAILING, "refused")},
            Fate.STUCK,
            "refused",
        ),
    ],
    ids=[
        "back",
        "one pod too few",
        "just woken",
        "scaled to zero since",
        "deleted",
        "the cluster is away",
        "asleep",
        "asleep without a time",
        "overdue, and no hibernation is open",
        "its wake is refused",
    ],
)
def test_each_that_slept_is_told_as_it_is_now(
    sleep: Slept,
    seen: Mapping[WorkloadKey, Workload] | None,
    running: Mapping[WorkloadKey, ListedHibernation],
    fate: Fate,
    trouble: str,
) -> None:
    found = told(sleep, seen, running)
    assert (found.fate, found.trouble) == (fate, trouble)
    assert add_up([found]).slept == 1


def test_why_it_woke_is_what_temporal_remembers() -> None:
    found = told(slept(woken="woken by anna: demo"), {KEY: up()})
    assert (found.policy, found.why, found.available_at) == ("nights", "woken by anna: demo", MORNING)


def test_where_only_the_note_of_a_wake_is_left_it_tells_what_it_can() -> None:
    carried = {
        notes.RESUMED_AT: MORNING.isoformat(),
        notes.AWAKE_UNTIL: NOW.isoformat(),
        notes.AWAKE_BECAUSE: "deploy",
    }
    known = NightKnown(now=NOW, listed={KEY: up(annotations=carried)}, opened={})
    (found,) = describe_sleepers({}, {KEY: MORNING}, {}, known)
    assert (found.policy, found.why, found.woke_at, found.fate) == ("", "a deploy came in", MORNING, Fate.AVAILABLE)


def test_of_several_sleeps_the_last_one_counts_and_older_ones_do_not() -> None:
    earlier = slept(start=EVENING - timedelta(hours=8), end=EVENING - timedelta(hours=1))
    again = slept(start=MORNING, end=None)
    assert last_sleeps([again, slept(), earlier], EVENING) == {KEY: again}
    assert last_sleeps([earlier], EVENING) == {}


def test_the_headlines_reason_is_its_first_word_and_the_table_has_all_of_it() -> None:
    found = told(slept(), {KEY: up(0)}).replace(trouble="FailedCreate: exceeded quota: full")
    assert str(add_up([found]).left[0]) == f"{key_of('dev-shop/checkout')} (FailedCreate)"


@pytest.mark.parametrize(
    ("opened_too", "instance", "found"),
    [
        pytest.param(False, "me", True, id="nobody wakes it"),
        pytest.param(False, None, True, id="whose it is, is not known"),
        pytest.param(True, "me", False, id="its hibernation knows its count"),
        pytest.param(False, "they", False, id="of another installation"),
    ],
)
def test_a_sleeper_with_a_damaged_record_is_one_that_nobody_wakes(
    opened_too: bool, instance: str | None, found: bool
) -> None:
    damaged = sleeper("checkout", namespace="dev-shop", original="many")
    running = {KEY: opened(Phase.ASLEEP)} if opened_too else {}
    known = NightKnown(now=NOW, listed={KEY: damaged}, opened=running)
    told = describe_sleepers({}, {}, find_damaged(known, instance), known)
    assert [(each.fate, each.policy, each.trouble) for each in told] == [(Fate.STUCK, "idle-dev", DAMAGED)] * found
    assert add_up(told).needs_somebody is found
