"""The demo's weekend is open at whatever hour it is played, and over when its morning comes."""

from datetime import UTC, datetime, timedelta

import pytest
from policytexts import read_policy_text

from cli.demo.policies import WEEKEND, weekend_from, weekend_until
from policies.calendar.sleep_windows import Window, running_window
from policies.policy.document import Mode

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def window(text: str, now: datetime) -> Window | None:
    """The one that is open then, by the policy that acts; the other one only tells."""
    read = read_policy_text(text.encode(), "policies.yaml")
    assert read.problems == ()
    trial, weekend = read.policies
    assert [weekend.spec.mode, trial.spec.mode] == [Mode.ENFORCE, Mode.DRY_RUN]
    return running_window(weekend, now)


@pytest.mark.parametrize("hours", range(0, 168, 7))
@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=59, seconds=59)], ids=["on-the-hour", "before-it"])
def test_it_is_open_for_two_days_and_a_half_whenever_the_demo_begins(hours: int, late: timedelta) -> None:
    hour = MONDAY + timedelta(hours=hours)
    found = window(weekend_from(hour + late), hour + late)
    assert found is not None
    assert (found.start, found.end) == (hour, hour + WEEKEND)


@pytest.mark.parametrize("hours", range(0, 168, 7))
def test_in_the_morning_it_is_over_within_the_minute(hours: int) -> None:
    began = MONDAY + timedelta(hours=hours, minutes=59, seconds=50)
    end = began.replace(second=0) + timedelta(minutes=2)
    text = weekend_until(began, end)
    still = window(text, end - timedelta(seconds=1))
    assert still is not None
    assert still.end == end
    assert window(text, end) is None
