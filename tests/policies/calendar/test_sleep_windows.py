"""The sleeps of a schedule, on ordinary days, on exceptional ones, and on those on which clocks change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cases import policy
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.calendar.sleep_windows import Window, is_kept_awake, next_window, running_window, sleeps
from policies.policy.schedule import Schedule
from policies.policy.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK, WEEKDAYS

NIGHTS = {"from": "Mon-Thu 20:00", "to": "07:00"}
WEEKENDS = {"from": "Fri 20:00", "to": "Mon 07:00"}
THURSDAY = datetime(2026, 11, 26, 12, tzinfo=UTC)


def schedule(*windows: dict[str, str], zone: str = "UTC", exceptions: tuple[Any, ...] = ()) -> Schedule:
    return Schedule.model_validate({"timeZone": zone, "asleep": windows, "exceptions": exceptions})


def listed(of: Schedule, since: datetime = THURSDAY, most: int = 3) -> list[tuple[str, str]]:
    """Beginnings and ends in the zone of the schedule, as `Thu 2026-11-26 20:00+0000`."""
    zone = ZoneInfo(of.time_zone)

    def show(at: datetime | None) -> str:
        return "ever" if at is None else f"{at.astimezone(zone):%a %Y-%m-%d %H:%M%z}"

    return [(show(window.start), show(window.end)) for window in islice(sleeps(of, since), most)]


@pytest.mark.parametrize(
    ("windows", "comes"),
    [
        ([NIGHTS], ("Thu 2026-11-26 20:00+0000", "Fri 2026-11-27 07:00+0000")),
        ([WEEKENDS], ("Fri 2026-11-27 20:00+0000", "Mon 2026-11-30 07:00+0000")),
        ([{"from": "13:00", "to": "14:00"}], ("Thu 2026-11-26 13:00+0000", "Thu 2026-11-26 14:00+0000")),
        ([{"from": "22:00", "to": "24:00"}], ("Thu 2026-11-26 22:00+0000", "Fri 2026-11-27 00:00+0000")),
        ([{"from": "Sat 24:00", "to": "Sun 24:00"}], ("Sun 2026-11-29 00:00+0000", "Mon 2026-11-30 00:00+0000")),
        ([{"from": "Sun 20:00", "to": "Thu 11:00"}], ("Sun 2026-11-29 20:00+0000", "Thu 2026-12-03 11:00+0000")),
        (
            [{"from": "Thu 20:00", "to": "07:00"}, {"from": "Fri 07:00", "to": "08:00"}],
            ("Thu 2026-11-26 20:00+0000", "Fri 2026-11-27 08:00+0000"),
        ),
        ([NIGHTS, {"from": "Thu 19:00", "to": "21:00"}], ("Thu 2026-11-26 19:00+0000", "Fri 2026-11-27 07:00+0000")),
        ([{"from": "00:00", "to": "24:00"}], ("ever", "ever")),
    ],
    ids=[
        "nights",
        "weekends",
        "noon",
        "until midnight",
        "24:00",
        "most of a week",
        "touching",
        "overlapping",
        "always",
    ],
)
def test_the_next_sleep_of_weekly_windows(windows: list[dict[str, str]], comes: tuple[str, str]) -> None:
    assert listed(schedule(*windows), most=1) == [comes]


@pytest.mark.parametrize(
    ("exceptions", "comes"),
    [
        (
            [{"from": "2026-11-28", "to": "2026-11-28", "keep": "Awake"}],
            [
                ("Fri 2026-11-27 20:00+0000", "Sat 2026-11-28 00:00+0000"),
                ("Sun 2026-11-29 00:00+0000", "Mon 2026-11-30 07:00+0000"),
            ],
        ),
        (
            [{"from": "2026-11-30", "to": "2026-12-02", "keep": "Asleep"}],
            [
                ("Fri 2026-11-27 20:00+0000", "Thu 2026-12-03 00:00+0000"),
                ("Fri 2026-12-04 20:00+0000", "Mon 2026-12-07 07:00+0000"),
            ],
        ),
        (
            [{"from": "2026-11-27", "to": "2026-11-29", "replace": [{"from": "12:00", "to": "13:00"}]}],
            [
                ("Fri 2026-11-27 12:00+0000", "Fri 2026-11-27 13:00+0000"),
                ("Sat 2026-11-28 12:00+0000", "Sat 2026-11-28 13:00+0000"),
            ],
        ),
        (
            [
                {"from": "2026-11-28", "to": "2026-11-28", "keep": "Asleep"},
                {"from": "2026-11-01", "to": "2026-11-29", "keep": "Awake"},
                {"from": "2026-11-01", "to": "2026-12-31", "replace": [{"from": "Mon 01:00", "to": "02:00"}]},
            ],
            [
                ("Mon 2026-11-30 01:00+0000", "Mon 2026-11-30 02:00+0000"),
                ("Mon 2026-12-07 01:00+0000", "Mon 2026-12-07 02:00+0000"),
            ],
        ),
    ],
    ids=["kept awake", "kept asleep", "replaced", "precedence"],
)
def test_exceptional_days_are_whole_days_and_come_before_the_windows(
    exceptions: list[dict[str, Any]], comes: list[tuple[str, str]]
) -> None:
    assert listed(schedule(WEEKENDS, exceptions=tuple(exceptions)), most=2) == comes


@pytest.mark.parametrize(
    ("windows", "first", "begins"),
    [
        ([], "2026-11-01", "Sun 2026-11-01 00:00+0000"),
        ([], "2019-02-03", "Sun 2019-02-03 00:00+0000"),
        ([NIGHTS, WEEKENDS], "2026-10-31", "Fri 2026-10-30 20:00+0000"),
        ([NIGHTS], "2026-11-04", "Tue 2026-11-03 20:00+0000"),
        ([{"from": "00:00", "to": "24:00"}], "2026-11-01", "ever"),
    ],
    ids=["weeks", "years", "behind a weekend", "behind a night", "without a beginning"],
)
def test_a_sleep_of_weeks_knows_its_beginning_to_the_last_day(
    windows: list[dict[str, str]], first: str, begins: str
) -> None:
    of = schedule(*windows, exceptions=({"from": first, "to": "2026-12-20", "keep": "Asleep"},))
    for since in (THURSDAY, datetime(2026, 12, 20, 23, tzinfo=UTC)):
        assert listed(of, since, 1)[0][0] == begins


def test_a_schedule_of_days_that_are_over_never_sleeps_again() -> None:
    of = schedule(exceptions=({"from": "2026-01-01", "to": "2026-01-02", "keep": "Asleep"},))
    assert listed(of) == []


def test_days_without_end_are_a_sleep_without_end() -> None:
    of = schedule(exceptions=({"from": "2026-12-01", "to": "9999-12-31", "keep": "Asleep"},))
    assert listed(of) == [("Tue 2026-12-01 00:00+0000", "ever")]


CHANGES = [
    # zone, window, since, beginning and end
    ("Europe/Berlin", ("Sun 02:30", "06:00"), "2026-03-28", "Sun 2026-03-29 03:00+0200", "Sun 2026-03-29 06:00+0200"),
    ("Europe/Berlin", ("Sat 20:00", "02:30"), "2026-03-28", "Sat 2026-03-28 20:00+0100", "Sun 2026-03-29 03:00+0200"),
    ("Europe/Berlin", ("Sun 02:30", "06:00"), "2026-10-24", "Sun 2026-10-25 02:30+0100", "Sun 2026-10-25 06:00+0100"),
    ("Europe/Berlin", ("Sat 20:00", "02:30"), "2026-10-24", "Sat 2026-10-24 20:00+0200", "Sun 2026-10-25 02:30+0200"),
    (
        "America/New_York",
        ("Sun 02:15", "05:00"),
        "2026-03-07",
        "Sun 2026-03-08 03:00-0400",
        "Sun 2026-03-08 05:00-0400",
    ),
    (
        "America/New_York",
        ("Sun 01:15", "05:00"),
        "2026-10-31",
        "Sun 2026-11-01 01:15-0500",
        "Sun 2026-11-01 05:00-0500",
    ),
    (
        "America/New_York",
        ("Sat 20:00", "01:15"),
        "2026-10-31",
        "Sat 2026-10-31 20:00-0400",
        "Sun 2026-11-01 01:15-0400",
    ),
    (
        "Australia/Sydney",
        ("Sun 02:15", "05:00"),
        "2026-10-03",
        "Sun 2026-10-04 03:00+1100",
        "Sun 2026-10-04 05:00+1100",
    ),
    (
        "Australia/Sydney",
        ("Sun 02:15", "05:00"),
        "2026-04-04",
        "Sun 2026-04-05 02:15+1000",
        "Sun 2026-04-05 05:00+1000",
    ),
    (
        "Australia/Lord_Howe",
        ("Sun 02:15", "05:00"),
        "2026-10-03",
        "Sun 2026-10-04 02:30+1100",
        "Sun 2026-10-04 05:00+1100",
    ),
    (
        "Australia/Lord_Howe",
        ("Sun 01:45", "05:00"),
        "2026-04-04",
        "Sun 2026-04-05 01:45+1030",
        "Sun 2026-04-05 05:00+1030",
    ),
    (
        "Australia/Lord_Howe",
        ("Sat 20:00", "01:45"),
        "2026-04-04",
        "Sat 2026-04-04 20:00+1100",
        "Sun 2026-04-05 01:45+1100",
    ),
    (
        "America/Santiago",
        ("Sun 00:15", "05:00"),
        "2026-09-05",
        "Sun 2026-09-06 01:00-0300",
        "Sun 2026-09-06 05:00-0300",
    ),
    (
        "America/Santiago",
        ("Sat 23:15", "05:00"),
        "2026-04-04",
        "Sat 2026-04-04 23:15-0400",
        "Sun 2026-04-05 05:00-0400",
    ),
    (
        "America/Santiago",
        ("Sat 20:00", "23:15"),
        "2026-04-04",
        "Sat 2026-04-04 20:00-0300",
        "Sat 2026-04-04 23:15-0300",
    ),
]


@pytest.mark.parametrize(("zone", "window", "since", "begins", "ends"), CHANGES)
def test_a_time_that_does_not_exist_is_the_end_of_the_gap_and_one_that_comes_twice_ends_running(
    zone: str, window: tuple[str, str], since: str, begins: str, ends: str
) -> None:
    of = schedule({"from": window[0], "to": window[1]}, zone=zone)
    noon = datetime.fromisoformat(f"{since}T12:00").replace(tzinfo=ZoneInfo(zone))
    assert listed(of, noon, most=1) == [(begins, ends)]


@pytest.mark.parametrize(
    ("window", "since"),
    [(("Sun 02:15", "02:45"), "2026-03-28"), (("Sun 02:15", "02:45"), "2026-10-24")],
    ids=["inside the gap", "inside the hour that comes twice"],
)
def test_a_sleep_that_is_over_before_it_begins_is_none(window: tuple[str, str], since: str) -> None:
    of = schedule({"from": window[0], "to": window[1]}, zone="Europe/Berlin")
    ((begins, _),) = listed(of, datetime.fromisoformat(f"{since}T12:00Z"), most=1)
    assert begins > f"Sun {since}"
    assert "03-29" not in begins
    assert "10-25" not in begins


def test_an_awake_stretch_inside_the_gap_is_none() -> None:
    of = schedule({"from": "Sat 20:00", "to": "Sun 02:15"}, {"from": "Sun 02:45", "to": "05:00"}, zone="Europe/Berlin")
    assert listed(of, datetime(2026, 3, 28, 12, tzinfo=UTC), most=1) == [
        ("Sat 2026-03-28 20:00+0100", "Sun 2026-03-29 05:00+0200")
    ]


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


WEEKLY = st.builds(
    lambda day, begin, last, end: {"from": f"{WEEKDAYS[day]} {clock(begin)}", "to": f"{WEEKDAYS[last]} {clock(end)}"},
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(0, 6),
    st.integers(0, 1439),
).filter(lambda window: window["from"] != window["to"])
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "America/Santiago",
    "Asia/Tehran",
)


@settings(max_examples=60, derandomize=True)
@given(st.lists(WEEKLY, min_size=1, max_size=3), st.sampled_from(ZONES), st.integers(0, 3652), st.data())
def test_for_ten_years_it_agrees_with_somebody_who_looks_at_the_clock_every_minute(
    windows: list[dict[str, str]], zone: str, days: int, data: st.DataObject
) -> None:
    of = schedule(*windows, zone=zone)
    noon = datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=days)
    if data.draw(st.booleans(), "near a change of clocks"):
        noon = next((at for at in (noon + timedelta(days=n) for n in range(220)) if changes(at, zone)), noon)
    computed = {(each.start, each.end) for each in islice(sleeps(of, noon), 3)}
    horizon = max((end for _, end in computed if end is not None), default=noon)
    watched = set(watch(of, noon, horizon))
    assert watched == {(begin, end) for begin, end in computed if end is not None and begin is not None}


def changes(at: datetime, zone: str) -> bool:
    """Whether clocks change in the day after."""
    hours = [(at + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).utcoffset() for hour in (0, 24)]
    return hours[0] != hours[1]


def watch(of: Schedule, since: datetime, horizon: datetime) -> list[tuple[datetime, datetime]]:
    """The sleeps that end between `since` and `horizon`, by a look at the clock on the wall every minute.

    Edges are read off the plain week; an edge comes true at the minute at which the clock shows it: a wake at the first
    such minute, a beginning at the last, and both at the first minute behind it where the clock never shows it.
    """
    asleep = plain_week(of)
    if all(asleep) or not any(asleep):
        return []
    edges = list(watch_edges(asleep, ZoneInfo(of.time_zone), since - timedelta(days=9), horizon + timedelta(hours=3)))
    found: list[tuple[datetime, datetime]] = []
    for (begin, falls), (end, _) in pairwise(edges):
        if not falls or end <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return [(begin, end) for begin, end in found if since < end <= horizon]


def plain_week(of: Schedule) -> list[bool]:
    """Whether it is asleep at each minute of a week without a date."""
    asleep = [False] * MINUTES_OF_WEEK
    for window in of.asleep:
        for begin, length in window.occurrences():
            for minute in range(length):
                asleep[(begin + minute) % MINUTES_OF_WEEK] = True
    return asleep


def watch_edges(asleep: list[bool], zone: ZoneInfo, at: datetime, until: datetime) -> Iterator[tuple[datetime, bool]]:
    """The moments at which it falls asleep (true) or wakes."""
    shown: dict[datetime, list[datetime]] = {}
    while at <= until:
        shown.setdefault(at.astimezone(zone).replace(tzinfo=None), []).append(at)
        at += timedelta(minutes=1)
    walls = sorted(shown)
    wall = walls[0]
    while wall <= walls[-1]:
        minute = wall.weekday() * MINUTES_OF_DAY + wall.hour * 60 + wall.minute
        if asleep[minute] != asleep[minute - 1]:
            moments = shown.get(wall) or [next(shown[later][0] for later in walls if later > wall)]
            yield (moments[-1] if asleep[minute] else moments[0]), asleep[minute]
        wall += timedelta(minutes=1)


def test_without_a_schedule_the_window_is_always_open() -> None:
    assert running_window(policy(), THURSDAY) == Window()


def test_inside_a_window_it_runs_and_outside_the_next_one_is_known() -> None:
    under = policy(schedule={"timeZone": "UTC", "asleep": [NIGHTS]})
    inside = running_window(under, THURSDAY + timedelta(hours=9))
    assert inside is not None
    assert (inside.end, inside.reason) == (datetime(2026, 11, 27, 7, tzinfo=UTC), "Mon-Thu 20:00 to 07:00")
    assert running_window(under, THURSDAY) is None
    coming = next_window(under, THURSDAY)
    assert coming is not None
    assert coming.start == datetime(2026, 11, 26, 20, tzinfo=UTC)


def test_a_window_includes_its_first_moment_and_not_its_last() -> None:
    under = policy(schedule={"timeZone": "UTC", "asleep": [NIGHTS]})
    begin, end = datetime(2026, 11, 26, 20, tzinfo=UTC), datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert running_window(under, begin) is not None
    assert running_window(under, end - timedelta(seconds=1)) is not None
    assert running_window(under, end) is None


def test_a_day_is_kept_awake_by_the_clocks_of_the_policys_zone() -> None:
    days = [{"from": "2026-11-27", "to": "2026-11-27", "keep": "Awake"}]
    under = policy(schedule={"timeZone": "Asia/Tokyo", "asleep": [NIGHTS], "exceptions": days})
    assert is_kept_awake(under, datetime(2026, 11, 26, 16, tzinfo=UTC))
    assert not is_kept_awake(under, datetime(2026, 11, 27, 16, tzinfo=UTC))
