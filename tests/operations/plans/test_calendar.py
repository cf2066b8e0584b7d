"""The coming sleeps of policies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import policy
from services import enforcing

from operations.errors import UsageProblem
from operations.installation import Installation
from operations.plans.calendar import list_sleeps, read_calendar

BEGIN = datetime(2026, 3, 27, tzinfo=UTC)
WEEKEND = {"from": "Fri 20:00", "to": "Mon 07:00"}


def listed(days: int = 3, **spec: Any) -> list[tuple[str, str]]:
    under = policy(schedule={"timeZone": "Europe/Berlin", "asleep": [WEEKEND]}, **spec)
    return [(str(each.sleep), str(each.wake)) for each in list_sleeps(under, BEGIN, BEGIN + timedelta(days=days))]


def test_sleeps_are_told_with_the_offset_that_clocks_have_then() -> None:
    assert listed() == [("2026-03-27 20:00:00+01:00", "2026-03-30 07:00:00+02:00")]


def test_what_begins_later_is_left_out() -> None:
    assert len(listed(days=7)) == 1
    assert len(listed(days=8)) == 2


def test_resume_after_may_wake_before_the_window_ends() -> None:
    assert listed(resumeAfter="10h") == [("2026-03-27 20:00:00+01:00", "2026-03-28 06:00:00+01:00")]


def test_of_several_policies_those_with_a_schedule_have_a_calendar(tmp_path: Path) -> None:
    installation = Installation({"state_dir": tmp_path / "state"}, user="me@here")
    file, untimed = tmp_path / "some.yaml", enforcing("untimed", "dev")
    file.write_text(untimed)
    with pytest.raises(UsageProblem, match="has no schedule: it lets workloads sleep at any time"):
        read_calendar(installation, str(file), begin=BEGIN, end=BEGIN + timedelta(days=3))
    timed = enforcing("timed", "dev") + '  schedule: {timeZone: UTC, asleep: [{from: "20:00", to: "07:00"}]}\n'
    file.write_text(f"{untimed}---\n{timed}")
    calendar = read_calendar(installation, str(file), begin=BEGIN, end=BEGIN + timedelta(days=3))
    assert calendar.policies == ("timed",)
    assert [each.policy for each in calendar.sleeps] == ["timed"] * 4
