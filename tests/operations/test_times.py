import re
from datetime import UTC, datetime, timedelta

import pytest

from operations.errors import UsageProblem
from operations.times import describe_long, read_duration, read_end, read_instant, read_since, show_known, show_time

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


def test_a_time_with_an_offset_is_taken_as_it_is() -> None:
    assert read_instant("2026-11-24T07:00:00+01:00", NOW) == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def test_a_clock_time_is_the_next_such_time_on_this_machine() -> None:
    local = NOW.astimezone()
    later = local + timedelta(minutes=10)
    assert read_instant(f"{later:%H:%M}", NOW) == later.replace(second=0, microsecond=0)
    assert read_instant(f"{local:%H:%M}", NOW) > NOW + timedelta(hours=22)


@pytest.mark.parametrize("text", ["7", "24:00", "tomorrow", "2026-11-24", "2026-11-24T07:00:00"], ids=str)
def test_a_time_that_leaves_a_doubt_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a time"):
        read_instant(text, NOW)


def test_a_time_in_the_past_is_refused() -> None:
    with pytest.raises(UsageProblem, match="lies in the past"):
        read_instant("2026-11-23T20:00:00Z", NOW)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("4", '--wait "4" has no unit'),
        ("0h", "greater than 0"),
        ("0d", "greater than 0"),
        ("-1h", "greater than 0"),
        ("2days", "is not a duration"),
        ("999999d", "longer than 292 years"),
    ],
)
def test_a_duration_that_is_none_says_what_to_write(text: str, because: str) -> None:
    with pytest.raises(UsageProblem, match=because):
        read_duration(text, "--wait")


@pytest.mark.parametrize(("text", "hours"), [("40d", 960), ("1d12h", 36), ("1h30m", 1.5)], ids=str)
def test_a_day_that_is_typed_has_24_hours(text: str, hours: float) -> None:
    assert read_duration(text, "--for") == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("2d", NOW - timedelta(days=2)),
        ("2026-11-20T07:00:00+01:00", datetime(2026, 11, 20, 6, 0, tzinfo=UTC)),
    ],
    ids=str,
)
def test_since_is_so_long_ago_or_a_time(text: str, since: datetime) -> None:
    assert read_since(text, "--since", NOW) == since


def test_since_what_is_neither_is_told_with_all_that_can_be_written() -> None:
    with pytest.raises(UsageProblem, match="neither a duration, a day nor a time: write 12h, 2d, 2026-11-24 or "):
        read_since("foo", "--since", NOW)


def test_since_a_time_to_come_is_refused() -> None:
    with pytest.raises(UsageProblem, match="--since 2027-01-01 must lie in the past"):
        read_since("2027-01-01", "--since", NOW)


def test_a_year_is_told_only_of_what_is_far_away_past_or_not() -> None:
    assert show_known(None) == ""
    assert show_time(NOW - timedelta(days=3), "UTC", now=NOW) == "Fri 20 Nov 20:30 UTC"
    assert show_time(NOW - timedelta(days=301), "UTC", now=NOW) == "Mon 26 Jan 2026 20:30 UTC"


def test_until_and_for_exclude_each_other() -> None:
    with pytest.raises(UsageProblem, match="same thing"):
        read_end("07:00", "4h", NOW, required=True)


def test_an_end_that_is_required_must_be_given() -> None:
    with pytest.raises(UsageProblem, match="say until when"):
        read_end(None, None, NOW, required=True)


def test_for_counts_from_now() -> None:
    assert read_end(None, "1h30m", NOW, required=True) == NOW + timedelta(minutes=90)


def test_only_more_than_thirty_days_is_long_and_is_told_with_its_year() -> None:
    assert describe_long(NOW + timedelta(days=30), NOW) == ""
    assert re.fullmatch(
        r"until \w{3} \d{2} Jan 2028 \d{2}:\d{2} \S+, which is 416 days from now",
        describe_long(NOW + timedelta(hours=9999), NOW),
    )
