from datetime import UTC, datetime, timedelta

import pytest

from policies.annotations import Because, WakeNote
from policies.sleep.wake_note import note_of_wake
from policies.sleep.wishes import Wish

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
MORNING = NOW + timedelta(hours=11)


def person(ended: timedelta, length: timedelta) -> WakeNote:
    """A person's wake that ended that long ago, after that long."""
    return WakeNote(resumed_at=NOW - ended - length, awake_until=NOW - ended, because=Because.PERSON)


def awake_for(because: Because = Because.PERSON, **given: object) -> timedelta:
    note = note_of_wake(because, NOW, cooldown=HALF_HOUR, **given)  # type: ignore[arg-type]
    assert note.resumed_at == NOW
    assert note.because is because
    return note.awake_until - NOW


def test_a_persons_wake_holds_to_the_end_of_the_last_window_that_wanted_sleep() -> None:
    wishes = (
        Wish(policy="night", until=MORNING, has_schedule=True),
        Wish(policy="weekend", until=NOW + 2 * DAY, has_schedule=True),
        Wish(policy="idle", until=NOW + 9 * DAY),
    )
    assert awake_for(wishes=wishes) == 2 * DAY


def test_a_persons_wake_holds_to_the_end_of_the_window_also_where_its_policy_wanted_a_shorter_sleep() -> None:
    wishes = (Wish(policy="night", until=NOW + HOUR, has_schedule=True),)
    assert awake_for(wishes=wishes, window_end=MORNING) == MORNING - NOW


def test_what_slept_long_enough_inside_a_window_is_not_put_to_sleep_again_before_it_ends() -> None:
    assert awake_for(Because.RESUME_AFTER, window_end=MORNING) == MORNING - NOW
    assert awake_for(Because.RESUME_AFTER, window_end=NOW) == HALF_HOUR


def test_a_persons_wake_without_a_schedule_holds_for_the_cooldown() -> None:
    assert awake_for(wishes=(Wish(policy="idle"),)) == HALF_HOUR


@pytest.mark.parametrize(
    ("previous", "expected"),
    [
        (person(ended=HOUR, length=HOUR), 2 * HOUR),
        (person(ended=timedelta(hours=23), length=HOUR), 2 * HOUR),
        (person(ended=timedelta(hours=25), length=HOUR), HALF_HOUR),
        (person(ended=HOUR, length=6 * DAY), 7 * DAY),
        (person(ended=HOUR, length=timedelta(minutes=1)), HALF_HOUR),
        (WakeNote(resumed_at=NOW - HOUR, awake_until=NOW, because=Because.COOLDOWN), HALF_HOUR),
    ],
    ids=["again soon", "within a day", "a day later", "at most 7 days", "never under the cooldown", "after a timer"],
)
def test_waking_again_and_again_keeps_it_awake_longer(previous: WakeNote, expected: timedelta) -> None:
    assert awake_for(previous=previous) == expected


@pytest.mark.parametrize("because", [Because.COOLDOWN, Because.DEPLOY, Because.RESUME_AFTER])
def test_only_a_persons_wake_doubles(because: Because) -> None:
    assert awake_for(because, previous=person(ended=HOUR, length=DAY)) == HALF_HOUR


def test_a_time_that_a_person_named_wins() -> None:
    assert awake_for(until=NOW + 4 * HOUR, wishes=(Wish(policy="n", until=MORNING, has_schedule=True),)) == 4 * HOUR
