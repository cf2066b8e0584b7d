"""The brake of a policy's first window, run by run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy

from policies.runs.first_window import FirstWindow, count_pauses, first_window_limit, room_left

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
