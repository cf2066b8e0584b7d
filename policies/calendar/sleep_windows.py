"""When a policy wants its workloads asleep: the sleeps of a schedule as instants, one after the other.

A policy without a schedule has one window that never ends.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policies.calendar.days import (
    WHOLE_DAY,
    asleep_on,
    exceptions_on,
    last_change_of_rules,
    next_change_of_rules,
    reason_of,
)
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.policy.keep import Keep
from policies.policy.schedule import Schedule
from policies.times import instant_of, tell_instant

_DAY = timedelta(days=1)
_LOOK_BACK = 9 * _DAY
"""From how far back on sleeps are put together: longer than any weekly window."""
_WEEK_DAYS = 7
_LAST_DAY = date(9990, 1, 1)
"""Beyond it nothing is computed: dates end in 9999."""


class Window(Frozen):
    """A stretch of time in which a policy wants sleep. Without an end it is open."""

    start: datetime | None = None
    """None where it has always run."""
    end: datetime | None = None
    reason: str = ""
    """What of the schedule begins it."""

    def includes(self, moment: datetime) -> bool:
        """Whether it has begun and not ended then."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


class _WallSleep(NamedTuple):
    """A sleep by the clocks on the wall; None is as in Window."""

    start: datetime | None
    end: datetime | None
    reason: str


def running_window(policy: EnforcementPolicy, now: datetime) -> Window | None:
    """The window of the policy that `now` lies in, or None."""
    coming = next_window(policy, now)
    return coming if coming is not None and coming.includes(now) else None


def next_window(policy: EnforcementPolicy, now: datetime) -> Window | None:
    """The window that `now` lies in, else the next to come; None where none ever comes."""
    schedule = policy.spec.schedule
    return Window() if schedule is None else _next_sleep(schedule, now)


def begun_windows(policy: EnforcementPolicy, now: datetime) -> tuple[Window, ...]:
    """The windows of its schedule that ran within the last nine days, in order, with one that runs now; none without a
    schedule.
    """
    schedule = policy.spec.schedule
    if schedule is None:
        return ()
    recent = takewhile(lambda window: window.start is None or window.start <= now, sleeps(schedule, now - _LOOK_BACK))
    return tuple(recent)


def tell_next(window: Window | None, policy: EnforcementPolicy, now: datetime) -> str:
    """What a policy that wants nothing asleep now is waiting for."""
    if window is None or window.start is None:
        return "never wants anything asleep again: its days are over"
    return f"wants nothing asleep before {tell_instant(window.start, policy.zone, now)} ({window.reason})"


def is_kept_awake(policy: EnforcementPolicy, now: datetime) -> bool:
    """Whether the policy's schedule says `keep: Awake` of this day."""
    schedule = policy.spec.schedule
    if schedule is None:
        return False
    today = now.astimezone(ZoneInfo(schedule.time_zone)).date()
    return any(exception.keep is Keep.AWAKE for exception in exceptions_on(schedule, today))


def vetoes(policies: Iterable[EnforcementPolicy], now: datetime) -> tuple[EnforcementPolicy, ...]:
    """Those in force that keep their workloads awake on this day, also those that another one would pause."""
    return tuple(policy for policy in policies if policy.is_in_force and is_kept_awake(policy, now))


def sleeps(schedule: Schedule, since: datetime) -> Iterator[Window]:
    """Every sleep that ends after `since`, in order: for ever, or until the last one.

    Sleeps that touch are one. A sleep that would end before it begins, because clocks change in between, is left out.
    """
    zone, last = ZoneInfo(schedule.time_zone), None
    for wall in _wall_sleeps(schedule, _find_beginning(schedule, (since.astimezone(zone) - _LOOK_BACK).date())):
        start = None if wall.start is None else instant_of(wall.start, zone, second=True)
        end = None if wall.end is None else instant_of(wall.end, zone)
        if start is not None and end is not None and end <= start:
            continue
        if last is not None and last.end is not None and start is not None and start <= last.end:
            last = last.replace(end=end)
            continue
        if last is not None and (last.end is None or last.end > since):
            yield last
        last = Window(start=start, end=end, reason=wall.reason)
    if last is not None and (last.end is None or last.end > since):
        yield last


@lru_cache(maxsize=512)
def _next_sleep(schedule: Schedule, now: datetime) -> Window | None:
    """Kept, because a run asks the same for every workload."""
    return next(sleeps(schedule, now), None)


def _wall_sleeps(schedule: Schedule, first: date) -> Iterator[_WallSleep]:
    begun: _WallSleep | None = None
    for day in _days_that_tell(schedule, first):
        if day is None:
            if begun is not None:
                yield begun
            return
        stretches = asleep_on(schedule, day)
        if begun is not None and (not stretches or stretches[0][0] > 0):
            yield begun._replace(end=_wall(day, 0))
            begun = None
        for begin, end in stretches:
            if begun is None:
                start = None if day == first and begin == 0 else _wall(day, begin)
                begun = _WallSleep(start, None, reason_of(schedule, day, begin))
            if end < WHOLE_DAY[1]:
                yield begun._replace(end=_wall(day, end))
                begun = None


def _find_beginning(schedule: Schedule, day: date) -> date:
    """That day, or an earlier one in which the sleep that it lies in begins: exceptional days may be years.

    Where it has always been asleep, some day of that.
    """
    while asleep_on(schedule, day) == (WHOLE_DAY,):
        change = last_change_of_rules(schedule, day)
        week = [day - number * _DAY for number in range(_WEEK_DAYS) if change is None or day - number * _DAY >= change]
        begun = next((each for each in week if asleep_on(schedule, each) != (WHOLE_DAY,)), None)
        if begun is not None:
            return begun
        if change is None or change == date.min:
            return day
        day = change - _DAY
    return day


def _days_that_tell(schedule: Schedule, first: date) -> Iterator[date | None]:
    """Day after day. A stretch of the same rules that has nothing to tell any more after a whole week of all or nothing
    is skipped; None: and so will it go on for ever.
    """
    day = first
    while day < _LAST_DAY:
        change = next_change_of_rules(schedule, day)
        until = _LAST_DAY if change is None else min(change, _LAST_DAY)
        week = [day + number * _DAY for number in range(min(_WEEK_DAYS, (until - day).days))]
        yield from week
        if _is_settled(schedule, week):
            if change is None:
                yield None
                return
            day = until
        else:
            day = week[-1] + _DAY


def _is_settled(schedule: Schedule, week: list[date]) -> bool:
    """Whether it is a whole week, and all of it asleep or all of it awake."""
    return len(week) == _WEEK_DAYS and {asleep_on(schedule, day) for day in week} in ({()}, {(WHOLE_DAY,)})


def _wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
