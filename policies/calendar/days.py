"""Which minutes of a day a schedule wants asleep: its weekly windows, and the days that differ."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from policies.policy.keep import Keep
from policies.policy.schedule import ExceptionalDays, Schedule
from policies.policy.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK, WEEKDAYS, SleepWindow

Stretch = tuple[int, int]
"""From one minute of a day to another one, which is no part of it."""
WHOLE_DAY: Stretch = (0, MINUTES_OF_DAY)

_DAY = timedelta(days=1)


def asleep_on(schedule: Schedule, day: date) -> tuple[Stretch, ...]:
    """The stretches of that day, in order and apart. Precedence: keep Awake, keep Asleep, replace, windows."""
    kept = {exception.keep for exception in exceptions_on(schedule, day)}
    if Keep.AWAKE in kept:
        return ()
    if Keep.ASLEEP in kept:
        return (WHOLE_DAY,)
    return _week_of(windows_on(schedule, day))[day.weekday()]


def exceptions_on(schedule: Schedule, day: date) -> tuple[ExceptionalDays, ...]:
    """What holds on that day beside, or instead of, the weekly windows."""
    differing = tuple(exception for exception in schedule.exceptions if exception.first <= day <= exception.last)
    holidays = schedule.holidays
    name = None if holidays is None else holidays.name_of(day)
    if holidays is None or name is None:
        return differing
    return (*differing, ExceptionalDays(first=day, last=day, keep=holidays.keep, reason=f"{name} ({holidays.region})"))


def windows_on(schedule: Schedule, day: date) -> tuple[SleepWindow, ...]:
    """The windows that hold on that day: those in place of the schedule's own where there are any."""
    replacing = [window for exception in exceptions_on(schedule, day) for window in exception.replace or ()]
    return tuple(replacing) or schedule.asleep


def reason_of(schedule: Schedule, day: date, minute: int) -> str:
    """Why it is asleep at that minute of that day: the window, or what the exception says of itself."""
    for exception in exceptions_on(schedule, day):
        if exception.keep is Keep.ASLEEP:
            return exception.reason or f"kept asleep from {exception.first} to {exception.last}"
    at = day.weekday() * MINUTES_OF_DAY + minute
    return next(
        (
            str(window)
            for window in windows_on(schedule, day)
            for begin, length in window.occurrences()
            if (at - begin) % MINUTES_OF_WEEK < length
        ),
        "",
    )


def next_change_of_rules(schedule: Schedule, day: date) -> date | None:
    """The next day on which other exceptions hold than on this one; None where none is to come."""
    return min((edge for edge in _edges(schedule) if edge > day), default=None)


def last_change_of_rules(schedule: Schedule, day: date) -> date | None:
    """The day since which the exceptions of this one hold; None where they always did."""
    return max((edge for edge in _edges(schedule) if edge <= day), default=None)


def _edges(schedule: Schedule) -> Iterator[date]:
    stretches = [(exception.first, exception.last) for exception in schedule.exceptions]
    if schedule.holidays is not None:
        stretches += [(day, day) for day in schedule.holidays.days()]
    for first, last in stretches:
        yield first
        if last < date.max:
            yield last + _DAY


@cache
def _week_of(windows: tuple[SleepWindow, ...]) -> tuple[tuple[Stretch, ...], ...]:
    """What the windows make of each weekday."""
    found: list[list[Stretch]] = [[] for _ in WEEKDAYS]
    for begin, length in (occurrence for window in windows for occurrence in window.occurrences()):
        at, left = begin, length
        while left > 0:
            weekday, minute = divmod(at % MINUTES_OF_WEEK, MINUTES_OF_DAY)
            taken = min(left, MINUTES_OF_DAY - minute)
            found[weekday].append((minute, minute + taken))
            at, left = at + taken, left - taken
    return tuple(_join(sorted(stretches)) for stretches in found)


def _join(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for begin, end in stretches:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return tuple(joined)
