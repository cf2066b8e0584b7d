from datetime import UTC, datetime, timedelta

import pytest

from policies.times import FAR, LATEST, tell_instant

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
WAKE = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "Mon 30 Nov 07:00 CET"),
        ("UTC", "Mon 30 Nov 06:00 UTC"),
        ("America/Sao_Paulo", "Mon 30 Nov 03:00 UTC-03"),
        ("Asia/Kathmandu", "Mon 30 Nov 11:45 UTC+0545"),
    ],
)
def test_an_instant_is_read_on_the_clock_of_its_zone_which_is_named(zone: str, said: str) -> None:
    assert tell_instant(WAKE, zone, NOW) == said


def test_without_a_zone_it_is_the_machines() -> None:
    assert tell_instant(WAKE, None, NOW).startswith(WAKE.astimezone().strftime("%a %d %b %H:%M "))


@pytest.mark.parametrize(
    ("away", "has_year"),
    [(FAR, False), (FAR + timedelta(minutes=1), True), (-FAR, False), (timedelta(days=-301), True)],
)
def test_a_day_that_is_far_away_carries_its_year(away: timedelta, has_year: bool) -> None:
    assert (str((NOW + away).year) in tell_instant(NOW + away, "UTC", NOW)) is has_year


def test_fourteen_months_from_now_are_not_taken_for_two() -> None:
    assert tell_instant(NOW + timedelta(hours=9999), "UTC", NOW) == "Thu 20 Jan 2028 03:00 UTC"


def test_the_very_last_instant_is_told_all_the_same() -> None:
    assert "9000" in tell_instant(LATEST, "Asia/Kolkata", NOW)
    assert tell_instant(datetime.max.replace(tzinfo=UTC), "Asia/Kolkata", NOW) == "9999-12-31T23:59:59Z"
