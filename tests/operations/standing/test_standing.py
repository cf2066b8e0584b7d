"""How one workload stands, in a table: by its hibernation and by what it carries."""

from datetime import timedelta
from typing import Any

import pytest
from cases import COST, NOW, workload

from activities.hibernation.listing import ListedHibernation
from operations.standing.standing import stand_by_carried, stand_by_hibernation
from policies.annotations import Because, PauseRecord, WakeNote, note_patch, pause_patch
from policies.readable import describe_awake
from policies.sleep.messages import Phase
from policies.workload import Workload

HOUR = timedelta(hours=1)
RECORD = PauseRecord(
    pause_id="p1",
    instance="me",
    policy="nights",
    paused_at=NOW - HOUR,
    original_replicas=3,
    resume_at=NOW + 9 * HOUR,
    cost=COST,
)
NOTE = WakeNote(
    resumed_at=NOW - HOUR, awake_until=NOW + HOUR, because=Because.PERSON, by="anna@laptop", reason="a demo"
)


def asleep(**changes: Any) -> Workload:
    carried = pause_patch(RECORD.replace(**changes))
    return workload(replicas=0, annotations={key: text for key, text in carried.items() if text is not None})


def woken(note: WakeNote = NOTE) -> Workload:
    return workload(annotations={key: text for key, text in note_patch(note).items() if text is not None})


def listed(phase: Phase, **more: Any) -> ListedHibernation:
    """As visibility shows it: it began two hours ago."""
    return ListedHibernation(
        workflow_id="w",
        run_id="r",
        namespace="dev-shop",
        name="web",
        since=NOW - 2 * HOUR,
        phase=phase,
        policy="nights",
        **more,
    )


def test_one_that_somebody_woke_is_awake_since_its_wake_and_not_since_its_sleep_began() -> None:
    standing = stand_by_hibernation(listed(Phase.AWAKE), woken())
    assert (standing.since, standing.until) == (NOTE.resumed_at, NOTE.awake_until)
    assert (standing.because, standing.by, standing.reason) == ("person", "anna@laptop", "a demo")


@pytest.mark.parametrize(
    "seen",
    [None, workload(), workload(annotations={"finops.io/awake-until": "soon"})],
    ids=["unseen", "no note", "unreadable"],
)
def test_without_its_note_it_is_not_known_since_when_it_is_awake(seen: Workload | None) -> None:
    standing = stand_by_hibernation(listed(Phase.COOLING), seen)
    assert (standing.since, standing.until, standing.by) == (None, None, "")


def test_a_sleeper_sleeps_since_its_record_says_and_until_temporal_says() -> None:
    moved = listed(Phase.ASLEEP, resume_at=NOW + 2 * HOUR)
    assert stand_by_hibernation(moved, asleep()).since == NOW - HOUR
    assert stand_by_hibernation(moved, asleep()).until == NOW + 2 * HOUR
    assert stand_by_hibernation(moved, None).since == NOW - 2 * HOUR


def test_a_sleeper_tells_by_itself_what_temporal_would() -> None:
    standing = stand_by_carried(asleep(), NOW)
    assert standing is not None
    assert (standing.phase, standing.policy) == (Phase.ASLEEP, "nights")
    assert (standing.since, standing.until) == (NOW - HOUR, NOW + 9 * HOUR)
    assert standing.saved_per_hour == pytest.approx(COST.amount)
    assert standing.currency == COST.currency


@pytest.mark.parametrize(
    ("phase", "seen"),
    [
        (Phase.AWAKE, woken()),
        (Phase.COOLING, woken(NOTE.replace(because=Because.COOLDOWN))),
        (None, woken(NOTE.replace(awake_until=NOW))),
        (None, workload()),
        (None, workload(replicas=0)),
    ],
    ids=["kept awake", "cooling", "over", "nothing carried", "somebody's zero"],
)
def test_what_a_running_one_carries_counts_until_its_time_is_over(phase: Phase | None, seen: Workload) -> None:
    standing = stand_by_carried(seen, NOW)
    assert (None if standing is None else standing.phase) == phase


def test_a_sleeper_with_a_damaged_record_is_told_with_its_trouble() -> None:
    damaged = asleep().model_copy(update={"annotations": {"finops.io/paused": "true", "finops.io/paused-by": "nights"}})
    standing = stand_by_carried(damaged, NOW)
    assert standing is not None
    assert (standing.policy, standing.since) == ("nights", None)
    assert standing.trouble == "its record is damaged (finops history)"


@pytest.mark.parametrize(
    ("said", "because", "by", "reason"),
    [
        ("anna@laptop woke it: a demo", "person", "anna@laptop", "a demo"),
        ("anna@laptop woke it", "person", "anna@laptop", ""),
        ("a person woke it", "person", "", ""),
        ("jo@pc keeps it awake", "keep-awake", "jo@pc", ""),
        ("it was deployed to", "deploy", "", ""),
        ("moonlight", "moonlight", "", ""),
        ("", "", "", ""),
    ],
)
def test_why_it_is_awake_is_told_with_who_asked_and_what_they_said(
    said: str, because: str, by: str, reason: str
) -> None:
    assert describe_awake(because, by, reason) == said


def test_a_quick_look_keeps_what_the_cluster_told_of_the_same_state() -> None:
    told = stand_by_hibernation(listed(Phase.AWAKE), woken())
    assert stand_by_hibernation(listed(Phase.AWAKE), None).as_known(told) == told
    asleep_again = stand_by_hibernation(listed(Phase.ASLEEP), None)
    assert asleep_again.as_known(told) == asleep_again
    assert asleep_again.as_known(None) == asleep_again
