"""How much sleep a policy allows: by its windows and the days that differ, by `resumeAfter`, and by how long a workload
stays awake between two sleeps.

It is what a policy's sleepers can come to at most: costs, idleness and people only ever keep a workload awake longer.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from policies.calendar.sleep_windows import Window, sleeps
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.policy.schedule import Schedule
from policies.times import EARLIEST

PERIOD = timedelta(weeks=52)
"""What is looked ahead from the present day: whole weeks, so that no weekday counts twice, and long enough that each
holiday and each known exception counts for what it is in a year."""
HOURS_PER_WEEK = 168
_BEFORE = timedelta(weeks=2)
"""From when on it is looked: how the first sleep of the period begins depends on those before it."""


class Allowance(Frozen):
    """The share of all time that a policy lets its workloads sleep, from 0 to 1."""

    share: float
    by_calendar: bool = True
    """Whether a schedule says so."""

    def __str__(self) -> str:
        whose = " by its calendar" if self.by_calendar else ""
        return f"{self.share * HOURS_PER_WEEK:.3g} of {HOURS_PER_WEEK} hours a week{whose}"


class _Stretch(NamedTuple):
    """A stretch of time, and the share of it that may be slept through."""

    start: datetime
    end: datetime
    share: float


class _Rests(NamedTuple):
    """What ends a sleep early, and how long a workload stays awake after it."""

    resume_after: timedelta | None
    awake: timedelta

    @property
    def share(self) -> float:
        """Of a time in which one sleep follows another."""
        after = self.resume_after
        return 1.0 if after is None else after / (after + self.awake)


def allowance_of(policy: EnforcementPolicy, now: datetime) -> Allowance:
    """How much sleep it allows from the day of `now` on, whether it is in force or not. Computed once a day."""
    return _allowance(((policy.spec.schedule, _rests_of(policy)),), _day_of(now))


def allowance_of_all(policies: Iterable[EnforcementPolicy], now: datetime) -> Allowance:
    """What several policies allow one workload together: hours that two of them allow count once."""
    return _allowance(tuple((policy.spec.schedule, _rests_of(policy)) for policy in policies), _day_of(now))


def allows_more(policy: EnforcementPolicy, than: EnforcementPolicy, now: datetime) -> bool:
    """Whether it lets a workload sleep at times at which the other one has it awake, more than a minute a year."""
    together = allowance_of_all((than, policy), now).share - allowance_of(than, now).share
    return together * PERIOD > timedelta(minutes=1)


def _day_of(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _rests_of(policy: EnforcementPolicy) -> _Rests:
    """Pods have to be older than the idle window before they can be idle."""
    spec = policy.spec
    return _Rests(spec.resume_after, max(spec.cooldown_window, spec.idle_window or timedelta(0)))


@lru_cache(maxsize=512)
def _allowance(allowing: tuple[tuple[Schedule | None, _Rests], ...], since: datetime) -> Allowance:
    until = since + PERIOD
    found = (each for schedule, rests in allowing for each in _stretches(schedule, rests, since - _BEFORE, until))
    inside = (_Stretch(max(each.start, since), min(each.end, until), each.share) for each in found)
    share = _add_up(each for each in inside if each.start < each.end) / PERIOD
    return Allowance(share=min(share, 1.0), by_calendar=all(schedule is not None for schedule, _ in allowing))


def _stretches(schedule: Schedule | None, rests: _Rests, since: datetime, until: datetime) -> Iterator[_Stretch]:
    """The sleeps of one policy between two instants, in order and apart."""
    windows: Iterable[Window] = (Window(),) if schedule is None else sleeps(schedule, since)
    free = EARLIEST
    for window in takewhile(lambda each: each.start is None or each.start < until, windows):
        start = max(free, window.start or since)
        if window.end is None:
            yield _Stretch(start, until, rests.share)
            return
        if start >= window.end:
            continue
        wake = window.end if rests.resume_after is None else min(window.end, start + rests.resume_after)
        yield _Stretch(start, wake, 1.0)
        # What wakes by `resumeAfter` is not paused again in the same window.
        free = max(window.end, wake + rests.awake)


def _add_up(stretches: Iterable[_Stretch]) -> timedelta:
    """How long may be slept; where stretches meet the one counts that allows most."""
    edges = sorted((at, begins, each.share) for each in stretches for at, begins in ((each.start, 1), (each.end, 0)))
    total, last, running = timedelta(0), EARLIEST, list[float]()
    for at, begins, share in edges:
        total += (at - last) * max(running, default=0.0)
        last = at
        (running.append if begins else running.remove)(share)
    return total
