"""What an import asks of time zones: which have the same rules, and which times of a week their clocks ever skip."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from policies.policy.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK
from policies.problems import FieldError
from policies.times import find_change

_AHEAD = timedelta(days=3_653)
"""Ten years: as far as anybody's rules are looked at."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


class Change(NamedTuple):
    """Clocks are set at an instant: what a zone was ahead of UTC before it, and is from then on."""

    at: datetime
    before: timedelta
    after: timedelta


@cache
def changes_of(zone: str, since: datetime) -> tuple[Change, ...]:
    """Every change of its clocks in the ten years from `since` on; the first entry is where they stand."""
    place = ZoneInfo(zone)
    first = _ahead(since, place)
    changes, at = [Change(since, first, first)], since
    while at < since + _AHEAD:
        before, after = _ahead(at, place), _ahead(at + _DAY, place)
        if before != after:
            changes.append(Change(find_change(at, at + _DAY, place), before, after))
        at += _DAY
    return tuple(changes)


def one_zone(zones: Iterable[str], since: datetime) -> str:
    """The one zone that all of these are by their rules, such as CET and Europe/Berlin; empty where there is none.

    Raises FieldError where they differ.
    """
    names = sorted({*zones} - {""}, key=lambda name: ("/" not in name, name))
    if not names:
        return ""
    if any(changes_of(name, since) != changes_of(names[0], since) for name in names[1:]):
        raise FieldError(f"its times are in several zones ({', '.join(sorted(names))}); a schedule has one")
    return names[0]


def zone_at(offset: timedelta) -> str:
    """The zone that is always so much ahead of UTC; UTC where no zone is, because it is no whole hour."""
    hours, rest = divmod(offset, _HOUR)
    if rest or not hours or not -12 <= hours <= 14:  # noqa: PLR2004 - what the database has
        return "UTC"
    return f"Etc/GMT{-hours:+d}"  # the sign is that of POSIX: east is minus


def skipped_times(zone: str, since: datetime) -> frozenset[int]:
    """The minutes of a week, from Monday 00:00 on, that its clocks skip in some week of the coming years."""
    skipped: set[int] = set()
    for change in changes_of(zone, since):
        wall, end = change.at.replace(tzinfo=None) + change.before, change.at.replace(tzinfo=None) + change.after
        while wall < end:
            skipped.add((wall.weekday() * MINUTES_OF_DAY + wall.hour * 60 + wall.minute) % MINUTES_OF_WEEK)
            wall += _MINUTE
    return frozenset(skipped)


def _ahead(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
