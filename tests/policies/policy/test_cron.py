import pytest

from policies.policy.cron import CronTimes
from policies.policy.windows import SleepWindow
from policies.problems import FieldError

DAY = 24 * 60


def of(*weekdays: int, at: int) -> tuple[int, ...]:
    """Minutes of a week, for days from 0 (Monday)."""
    return tuple(day * DAY + at for day in weekdays)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0 20 * * 1-5", of(0, 1, 2, 3, 4, at=1200)),
        ("30 7 * * 0", of(6, at=450)),
        ("30 7 * * 7", of(6, at=450)),
        ("0 0 * * sat,SUN", of(5, 6, at=0)),
        ("0 22 * * fri-sat", of(4, 5, at=1320)),
        ("0 20 * * *", of(0, 1, 2, 3, 4, 5, 6, at=1200)),
        ("0 20 * * 1/2", of(0, 2, 4, at=1200)),
        ("0 20 * * 1-7/2", of(0, 2, 4, 6, at=1200)),
        ("0 20 * * */2", of(1, 3, 5, 6, at=1200)),
        ("0 8-10/2 * * 1", (480, 600)),
        ("0 */12 * * 1", (0, 720)),
        ("15,45 9 * * 1", (555, 585)),
    ],
)
def test_an_expression_names_minutes_of_a_week(text: str, minutes: tuple[int, ...]) -> None:
    assert CronTimes.parse(text).minutes == minutes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 20 * *", "five fields"),
        ("@daily", "five fields"),
        ("0 20 1 * *", "days of a month"),
        ("0 20 * 12 *", "days of a month"),
        ("60 20 * * *", "there is no 60"),
        ("0 24 * * *", "there is no 24"),
        ("0 20 * * 8", "there is no 8"),
        ("0 mon * * *", "there is no mon"),
        ("0 20 * * mon#2", "not understood"),
        ("0 20 * * 5-1", "backwards"),
        ("*/0 20 * * *", "backwards or nowhere"),
        ("* * * * *", "more than 336 times a week"),
        ("", "five fields"),
    ],
)
def test_what_is_no_weekly_expression_says_why(text: str, says: str) -> None:
    with pytest.raises(FieldError, match=says):
        CronTimes.parse(text)


@pytest.mark.parametrize(
    ("start", "end", "occurrences"),
    [
        (
            "0 20 * * 1-5",
            "0 7 * * 1-5",
            [*((day * DAY + 1200, 660) for day in range(4)), (4 * DAY + 1200, 2 * DAY + 660)],
        ),
        ("0 20 * * 5", "0 7 * * 1", [(4 * DAY + 1200, 2 * DAY + 660)]),
        ("0 20,22 * * *", "0 23 * * *", [(day * DAY + 1200, 180) for day in range(7)]),
        ("0 20 * * *", "0 7 * * 1", [(1200, 6 * DAY + 660)]),
    ],
    ids=["weekdays", "a weekend", "a start while it sleeps", "one end a week"],
)
def test_a_sleep_lasts_from_the_first_start_after_an_end_to_the_next_end(
    start: str, end: str, occurrences: list[tuple[int, int]]
) -> None:
    window = SleepWindow.model_validate({"fromCron": start, "toCron": end})
    assert sorted(window.occurrences()) == occurrences
    assert str(window) == f"cron {start} to cron {end}"


def test_a_pair_that_begins_when_it_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="same time"):
        SleepWindow.model_validate({"fromCron": "0 7 * * 1", "toCron": "0 7 * * 1"})
