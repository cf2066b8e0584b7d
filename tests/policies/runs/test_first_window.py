"""The brake of a policy's first window, run by run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy, workload
from sleepers import sleeper

from policies.annotations import PREFIX
from policies.runs.first_window import (
    FirstWindow,
    FirstWindows,
    count_asleep,
    count_pauses,
    first_window_limit,
    room_left,
)

EVENING = datetime(2026, 11, 30, 20, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=11)
NIGHTS = {"timeZone": "UTC", "asleep": [{"from": "Mon-Fri 20:00", "to": "07:00"}]}


@pytest.mark.parametrize(
    ("spec", "limit"),
    [
        pytest.param({"schedule": NIGHTS}, 20, id="a schedule and no limits"),
        pytest.param({"schedule": NIGHTS, "mode": "DryRun"}, 20, id="a dry run, once it enforces"),
        pytest.param({"schedule": NIGHTS, "limits": {"maxActionsPerRun": 500}}, None, id="a limit of each run"),
        pytest.param({"schedule": NIGHTS, "limits": {"maxAffectedPercent": 100}}, None, id="a share"),
        pytest.param({"schedule": NIGHTS, "limits": {}}, 20, id="limits without one"),
        pytest.param({}, None, id="no schedule: each run has its own"),
    ],
)
def test_only_a_policy_with_a_schedule_and_without_limits_has_the_brake(spec: dict[str, Any], limit: int) -> None:
    assert first_window_limit(policy(**spec)) == limit


def test_in_the_first_window_twenty_go_to_sleep_in_all_runs_together_and_in_the_second_all() -> None:
    first: FirstWindow | None = None
    rooms = []
    for candidates, now in ((12, EVENING), (50, EVENING + timedelta(minutes=5)), (42, EVENING + timedelta(hours=1))):
        room = room_left(first, 20, now)
        assert room is not None
        rooms.append(room)
        first = count_pauses(first, min(room, candidates), MORNING, now)
    assert rooms == [20, 8, 0]
    assert room_left(first, 20, MORNING) is None
    assert room_left(first, 20, EVENING + timedelta(days=1)) is None


def test_runs_whose_results_are_lost_let_no_more_go_to_sleep_than_one_whose_result_is_kept() -> None:
    asleep = 0
    for run in range(4):
        room = room_left(None, 20, EVENING + run * timedelta(minutes=5), asleep)
        assert room is not None
        asleep += min(room, 12)
    assert asleep == 20


@pytest.mark.parametrize(("remembered", "asleep", "room"), [(12, 5, 8), (12, 15, 5), (0, 90, 0)])
def test_the_larger_counts_of_what_is_remembered_and_what_is_seen_asleep(
    remembered: int, asleep: int, room: int
) -> None:
    first = FirstWindow(until=MORNING, paused=remembered)
    assert room_left(first, 20, EVENING, asleep) == room
    after = count_pauses(first, 1, MORNING, EVENING, asleep)
    assert after is not None
    assert after.paused == max(remembered, asleep) + 1


def test_a_first_window_that_was_forgotten_is_remembered_again_by_who_sleeps() -> None:
    assert count_pauses(None, 0, MORNING, EVENING, 20) == FirstWindow(until=MORNING, paused=20)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, 1),
        ({"paused-at": "2026-11-30T19:59:59Z"}, 0),
        ({"paused-by": "manual"}, 0),
        ({"instance": "another"}, 0),
        ({"paused-at": "lately"}, 0),
    ],
    ids=["in this window", "in the one before", "by hand", "by another installation", "a damaged record"],
)
def test_asleep_in_a_window_is_who_the_policy_has_put_to_sleep_since_it_began(
    changes: dict[str, str], counted: int
) -> None:
    record = {"paused-at": "2026-11-30T20:00:00Z", "paused-by": "nights", **changes}
    annotations = sleeper("web").annotations | {f"{PREFIX}{key}": text for key, text in record.items()}
    seen = (workload(replicas=0, annotations=annotations), workload(replicas=3, annotations=annotations))
    nights = policy("nights", schedule=NIGHTS)
    assert count_asleep(seen, nights, "me", EVENING + timedelta(hours=1)) == counted
    assert count_asleep(seen, nights, "me", MORNING) == 0


def test_a_first_window_that_somebody_makes_longer_is_the_same_one_still() -> None:
    first, saturday = FirstWindow(until=MORNING, paused=20), MORNING + timedelta(hours=1)
    assert room_left(first, 20, saturday, 20, EVENING) == 0
    monday = EVENING + timedelta(days=2)
    longer = count_pauses(first, 0, monday, saturday, 20, EVENING)
    assert longer == FirstWindow(until=monday, paused=20)
    assert room_left(longer, 20, monday, 0, monday) is None


def test_whose_runs_nobody_could_be_asked_about_has_no_brake_that_could_be_told() -> None:
    nights = policy("nights", schedule=NIGHTS)
    known = FirstWindows(known={"nights": FirstWindow(until=MORNING, paused=15)})
    assert [each.room_of(nights, EVENING) for each in (FirstWindows(), known)] == [20, 5]
    assert FirstWindows(unknown=frozenset({"nights"})).room_of(nights, EVENING) is None


def test_a_window_in_which_nothing_can_be_paused_is_not_the_first() -> None:
    assert count_pauses(None, 0, MORNING, EVENING) is None


def test_a_dry_run_forgets_it() -> None:
    assert count_pauses(FirstWindow(until=EVENING, paused=9), None, MORNING, MORNING) is None


def test_a_window_without_an_end_is_the_first_for_a_day() -> None:
    first = count_pauses(None, 20, None, EVENING)
    assert room_left(first, 20, EVENING + timedelta(hours=23)) == 0
    assert room_left(first, 20, EVENING + timedelta(hours=24)) is None


def test_what_ran_under_limits_of_its_own_is_known_when_those_go() -> None:
    first = count_pauses(None, 90, MORNING, EVENING)
    assert room_left(first, None, EVENING) is None
    assert room_left(first, 20, MORNING) is None
