import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.policy.windows import SleepWindow, WindowEnd, WindowStart

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
DAY = 24 * 60


def window(start: object, end: object) -> SleepWindow:
    return SleepWindow.model_validate({"from": start, "to": end})


@pytest.mark.parametrize(
    ("text", "weekdays", "minute"),
    [
        ("Fri 20:00", {FRI}, 1200),
        ("Mon-Thu 20:00", {MON, TUE, WED, THU}, 1200),
        ("Fri-Mon 08:05", {FRI, SAT, SUN, MON}, 485),
        ("Mon,Wed 20:00", {MON, WED}, 1200),
        ("Mon, Wed-Fri, Sun 20:00", {MON, WED, THU, FRI, SUN}, 1200),
        ("20:00", set(range(7)), 1200),
        ("Mon-Sun 00:00", set(range(7)), 0),
        ("7:00", set(range(7)), 420),
        ("Sat 24:00", {SAT}, DAY),
    ],
)
def test_a_start_is_days_and_minutes_after_midnight(text: str, weekdays: set[int], minute: int) -> None:
    assert WindowStart.parse(text) == WindowStart(weekdays=frozenset(weekdays), minute=minute)


@pytest.mark.parametrize(
    ("text", "weekday", "minute"), [("Mon 07:00", MON, 420), ("07:00", None, 420), ("24:00", None, DAY)]
)
def test_an_end_is_a_time_on_a_day_or_the_next_such_time(text: str, weekday: int | None, minute: int) -> None:
    assert WindowEnd.parse(text) == WindowEnd(weekday=weekday, minute=minute)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("25:00", "07:00", "there is no 25:00"),
        ("24:01", "07:00", "there is no 24:01"),
        ("20:60", "07:00", "there is no 20:60"),
        ("20", "07:00", '"20" is not a time of day'),
        ("Fri", "07:00", '"Fri" is not a time of day'),
        ("", "07:00", '"" is not a time of day'),
        ("20:00 Fri", "07:00", '"Fri" is not a time of day'),
        ("Friday 20:00", "07:00", '"Friday" is not a day of the week'),
        ("fri 20:00", "07:00", '"fri" is not a day of the week'),
        ("Mon- 20:00", "07:00", '"" is not a day of the week'),
        ("Mon,,Wed 20:00", "07:00", '"" is not a day of the week'),
        ("20:00", "Mon-Fri 07:00", "a window ends on one"),
        ("20:00", 25200, 'YAML reads an unquoted 20:00 as one; quote it, "20:00"'),
        (1200, "07:00", "1200 is a number"),
        (None, "07:00", "is required"),
        ("20:00", True, "true is not a time such as Fri 20:00"),
        ("07:00", "07:00", "from and to are the same time"),
        ("Mon-Thu 20:00", "20:00", "from and to are the same time"),
        ("Fri 20:00", "Fri 20:00", "from and to are the same time"),
        ("Fri 24:00", "Sat 00:00", "from and to are the same time"),
        ("Mon-Fri 20:00", "Wed 20:00", "from and to are the same time"),
        ("Fri 24:00", "00:00", "from and to are the same time"),
    ],
)
def test_a_window_that_cannot_be_is_refused(start: object, end: object, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        window(start, end)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("start", "end", "occurrences"),
    [
        ("Fri 20:00", "Mon 07:00", [(FRI * DAY + 1200, 3540)]),
        ("Mon,Wed 20:00", "07:00", [(1200, 660), (2 * DAY + 1200, 660)]),
        ("Mon,Wed 20:00", "Fri 07:00", [(1200, 3 * DAY + 660), (2 * DAY + 1200, DAY + 660)]),
        ("Sat 00:00", "24:00", [(SAT * DAY, DAY)]),
        ("Sat 10:00", "24:00", [(SAT * DAY + 600, 840)]),
        ("Sun 24:00", "07:00", [(0, 420)]),
        ("Sun 24:00", "Sun 23:00", [(0, 7 * DAY - 60)]),
    ],
)
def test_a_window_says_when_it_begins_in_a_week_and_how_long_it_is(
    start: str,
    end: str,
    occurrences: list[tuple[int, int]],
) -> None:
    assert list(window(start, end).occurrences()) == occurrences


def test_a_window_is_written_as_it_was_read() -> None:
    written = {"from": "Mon-Thu,Sat 20:00", "to": "07:00"}
    assert SleepWindow.model_validate(written).model_dump(mode="json", exclude_none=True) == written


@given(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, DAY))
def test_every_start_reads_back_the_same(weekdays: frozenset[int], minute: int) -> None:
    start = WindowStart(weekdays=weekdays, minute=minute)
    assert WindowStart.parse(str(start)) == start
