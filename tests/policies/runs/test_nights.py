"""A night in figures and in one sentence: who slept, who woke, and whether their pods came back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy, workload

from policies import annotations as notes
from policies.annotations import Because, WakeNote, note_patch
from policies.runs.nights import (
    Fate,
    Left,
    Night,
    available_at,
    begin_of_last_night,
    begin_of_night,
    count_night,
    judge_wake,
    night_of,
    tell_night,
)
from policies.workload import Rollout, Workload

BERLIN = "Europe/Berlin"
SEVEN = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
"""07:00 in Berlin, on a Friday."""
NIGHTS = {
    "timeZone": BERLIN,
    "asleep": [{"from": "Fri 20:00", "to": "Mon 07:00"}, {"from": "Mon-Thu 20:00", "to": "07:00"}],
}
SINCE = SEVEN - timedelta(hours=11)


def woken(*, because: Because = Because.COOLDOWN, at: datetime = SEVEN, **changes: Any) -> Workload:
    """One with the note of a wake on it."""
    note = WakeNote(resumed_at=at, awake_until=at + timedelta(minutes=30), because=because)
    annotations = {key: text for key, text in note_patch(note).items() if text is not None}
    return workload(annotations=annotations, **changes)


def pods(available: int, changed_at: datetime | None = None) -> Rollout:
    return Rollout(available_replicas=available, available_changed_at=changed_at)


def test_the_headline_names_the_time_in_the_policys_zone_and_who_is_missing() -> None:
    night = Night(
        woke=116,
        available=115,
        timed=115,
        available_by=SEVEN + timedelta(minutes=4),
        not_available=1,
        left=(Left(workload="dev-shop/web", why="ImagePullBackOff"),),
    )
    said = tell_night(night, BERLIN, SEVEN + timedelta(hours=1))
    assert said == "116 slept, 116 woke, 115 available by 07:04 CET, 1 not: dev-shop/web (ImagePullBackOff)"


@pytest.mark.parametrize(
    ("night", "said"),
    [
        (Night(), "nothing slept"),
        (Night(asleep=6), "6 slept, 6 still asleep"),
        (Night(woke=2, starting=2), "2 slept, 2 woke, 2 still starting"),
        (Night(woke=2, available=2), "2 slept, 2 woke, 2 available"),
        (
            Night(woke=2, unknown=2),
            "2 slept, 2 woke, 2 not known to be available, because the cluster could not be asked",
        ),
        (Night(woke=1, gone=1, available=1), "2 slept, 1 woke, 1 available, 1 deleted or left at zero by somebody"),
        (
            Night(woke=3, available=3, timed=2, available_by=SEVEN),
            "3 slept, 3 woke, 3 available (2 of them by 07:00 CET)",
        ),
        (
            Night(woke=5, not_available=5, left=tuple(Left(workload=f"a/{name}") for name in "vwxyz")),
            "5 slept, 5 woke, 5 not available: a/v, a/w, a/x and 2 more",
        ),
        (
            Night(asleep=2, stuck=(Left(workload="a/b", why="refused"),)),
            "2 slept, 1 still asleep, 1 should be awake and not woken: a/b (refused)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_night_is_told_as_far_as_it_is_known(night: Night, said: str) -> None:
    assert tell_night(night, BERLIN, SEVEN) == said


def test_all_that_nobody_woke_are_counted_however_many_they_are() -> None:
    night = Night()
    for number in range(92):
        night = night.plus(night_of(f"dev/app-{number:02d}", Fate.STUCK))
    assert tell_night(night, BERLIN, SEVEN) == (
        "92 slept, 92 should be awake and not woken: dev/app-00, dev/app-01, dev/app-02 and 89 more"
    )


def test_a_time_of_another_day_carries_its_day() -> None:
    night = Night(woke=1, available=1, timed=1, available_by=SEVEN)
    assert tell_night(night, BERLIN, SEVEN + timedelta(days=1)).endswith("1 available by Fri 27 Nov 07:00 CET")


@pytest.mark.parametrize(
    ("seen", "fate"),
    [
        (woken(rollout=pods(3)), Fate.AVAILABLE),
        (woken(rollout=pods(2)), Fate.NOT_AVAILABLE),
        (woken(rollout=pods(0), replicas=0), Fate.AT_ZERO),
    ],
    ids=["all pods", "one too few", "scaled to zero since"],
)
def test_a_wake_is_judged_by_the_available_pods(seen: Workload, fate: Fate) -> None:
    assert judge_wake(seen, SEVEN, SEVEN + timedelta(hours=1)) is fate


def test_for_a_quarter_of_an_hour_pods_that_are_missing_are_still_starting() -> None:
    seen = woken(rollout=pods(0))
    assert judge_wake(seen, SEVEN, SEVEN + timedelta(minutes=14)) is Fate.STARTING
    assert judge_wake(seen, SEVEN, SEVEN + timedelta(minutes=15)) is Fate.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("after", "known"),
    [
        (timedelta(minutes=4), True),
        (timedelta(seconds=-1), True),
        (timedelta(hours=-9), False),
        (timedelta(hours=5), False),
    ],
    ids=["by its wake", "in the same second", "before it slept", "after a deploy at noon"],
)
def test_the_time_that_it_became_available_is_its_wakes_only_soon_after_it(after: timedelta, known: bool) -> None:
    changed = SEVEN + after
    assert available_at(woken(rollout=pods(3, changed)), SEVEN) == (changed if known else None)


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        (woken(rollout=pods(3, SEVEN)), Night(woke=1, available=1, available_by=SEVEN, timed=1)),
        (woken(at=SINCE - timedelta(hours=1), rollout=pods(3)), Night()),
        (woken(because=Because.KEEP_AWAKE, rollout=pods(3)), Night()),
        (workload(replicas=0, annotations={notes.PAUSED: "true"}), Night(asleep=1)),
        (workload(), Night()),
        (workload(annotations={notes.AWAKE_UNTIL: "soon"}), Night()),
        (workload(annotations={notes.AWAKE_UNTIL: "2027-06-01T00:00:00Z"}), Night()),
        (woken(at=SEVEN + timedelta(days=2), rollout=pods(0)), Night()),
    ],
    ids=[
        "woken",
        "woken before",
        "merely kept awake",
        "asleep",
        "never slept",
        "a note that cannot be read",
        "kept awake by hand",
        "a wake in the future",
    ],
)
def test_a_listing_alone_tells_who_slept_and_who_is_back(seen: Workload, counted: Night) -> None:
    assert count_night(seen, SINCE, SEVEN + timedelta(hours=1)) == counted


@pytest.mark.parametrize(
    ("fate", "needs"),
    [(fate, fate in {Fate.NOT_AVAILABLE, Fate.STUCK, Fate.UNKNOWN}) for fate in Fate],
    ids=[str(fate) for fate in Fate],
)
def test_somebody_is_needed_for_what_is_not_available_not_woken_or_not_known(fate: Fate, needs: bool) -> None:
    assert night_of("a/b", fate).needs_somebody is needs
    assert night_of("a/b", fate).slept == 1


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (datetime(2026, 11, 27, 8, tzinfo=UTC), datetime(2026, 11, 26, 19, tzinfo=UTC)),
        (datetime(2026, 11, 27, 4, tzinfo=UTC), datetime(2026, 11, 26, 19, tzinfo=UTC)),
        (datetime(2026, 11, 30, 8, tzinfo=UTC), datetime(2026, 11, 27, 19, tzinfo=UTC)),
    ],
    ids=["in the morning", "in the night", "on Monday, after the weekend"],
)
def test_a_report_looks_back_to_the_last_window(now: datetime, since: datetime) -> None:
    assert begin_of_night([policy(schedule=NIGHTS)], now) == since


def test_a_report_begins_with_a_window_that_ran_on_into_the_latest() -> None:
    late = policy(schedule={"timeZone": BERLIN, "asleep": [{"from": "23:00", "to": "06:00"}]})
    noon = policy(schedule={"timeZone": BERLIN, "asleep": [{"from": "12:00", "to": "13:00"}]})
    morning = datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert begin_of_night([policy(schedule=NIGHTS), late, noon], morning) == datetime(2026, 11, 26, 19, tzinfo=UTC)


def test_without_a_schedule_the_last_day_is_looked_at() -> None:
    assert begin_of_night([policy()], SEVEN) == SEVEN - timedelta(hours=24)
    assert begin_of_night([], SEVEN) == SEVEN - timedelta(hours=24)


def test_the_first_digest_of_a_window_looks_back_to_the_window_before() -> None:
    friday = datetime(2026, 11, 27, 19, 1, tzinfo=UTC)
    assert begin_of_last_night(policy(schedule=NIGHTS), friday) == datetime(2026, 11, 26, 19, tzinfo=UTC)
    assert begin_of_last_night(policy(), friday) == friday - timedelta(hours=24)
