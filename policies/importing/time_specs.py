"""Times as py-kube-downscaler writes them: `Mon-Fri 07:30-20:30 Europe/Berlin`, absolute ones, `always`, `never`.

What it means is that tool's: several with commas are a union, days may go over the weekend, and an end is not part of
it. What that tool refuses it never acts on, so it is refused here, too.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from policies.importing.week_spans import ALWAYS, NEVER, Week
from policies.importing.zones import one_zone
from policies.models import Frozen
from policies.policy.schedule import check_zone
from policies.policy.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK, WEEKDAYS
from policies.problems import FieldError, shown

_DAYS = "([a-z]{3})-([a-z]{3})"
_TIME = "([0-9]{2}):([0-9]{2})"
_RECURRING = re.compile(f"(?:{_DAYS} )?{_TIME}-{_TIME}(?: ([a-zA-Z/_]+))?", re.IGNORECASE)
_FRAME = re.compile(_DAYS, re.IGNORECASE)
_INSTANT = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2})"
_ABSOLUTE = re.compile(f"{_INSTANT}-{_INSTANT}")
_LONGEST = 4_096
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


class Defaults(Frozen):
    """What holds for times that do not say it; empty: the tool refuses such times."""

    zone: str = ""
    """Its DEFAULT_TIMEZONE."""
    weekframe: str = ""
    """Its DEFAULT_WEEKFRAME, such as Mon-Fri."""


@dataclass(frozen=True)
class TimeSpec:
    """When something applies: every week, and once."""

    week: Week = NEVER
    zone: str = ""
    """Of the weekly times; empty where there are none."""
    once: tuple[tuple[datetime, datetime], ...] = ()


def read_time_spec(text: str, defaults: Defaults, now: datetime) -> TimeSpec:
    """What a spec says; whether zones have the same rules is asked of the years after `now`. Raises FieldError."""
    if text.lower() in {"always", "never"}:
        return TimeSpec(ALWAYS if text.lower() == "always" else NEVER)
    if len(text) > _LONGEST:
        raise FieldError(f"{shown(text)} is longer than {_LONGEST} characters")
    minutes, zones, once = bytearray(MINUTES_OF_WEEK), set[str](), []
    for part in (part.strip() for part in text.split(",")):
        if absolute := _ABSOLUTE.fullmatch(part):
            once.append((_instant(absolute[1]), _instant(absolute[2])))
        elif recurring := _RECURRING.fullmatch(part):
            zones.add(_zone(part, recurring, defaults))
            _add(minutes, part, recurring, defaults)
        else:
            raise FieldError(f"{shown(part)} is not a time such as Mon-Fri 07:30-20:30 Europe/Berlin")
    return TimeSpec(bytes(minutes), one_zone(zones, now), tuple(once))


def check_weekframe(text: str) -> str:
    """Days such as `Mon-Fri`. Raises FieldError."""
    match = _FRAME.fullmatch(text)
    if match is None:
        raise FieldError(f"{shown(text)} is not a range of days such as Mon-Fri")
    return f"{WEEKDAYS[_day(match[1])]}-{WEEKDAYS[_day(match[2])]}"


def whole_days_inside(begin: datetime, end: datetime, zone: tzinfo) -> tuple[date, date] | None:
    """The days that lie in a range from their beginning to their last second, or None."""
    first, last = begin.astimezone(zone), end.astimezone(zone)
    first_day = first.date() if first.time() == time() else first.date() + _DAY
    last_day = last.date() if last.time() >= _LAST_SECOND else last.date() - _DAY
    return (first_day, last_day) if first_day <= last_day else None


def days_touched(begin: datetime, end: datetime, zone: tzinfo) -> tuple[date, date]:
    """The days of which a range covers anything."""
    first, last = begin.astimezone(zone), end.astimezone(zone)
    ends_before = last.time() == time() and last.date() > first.date()
    return first.date(), last.date() - _DAY if ends_before else last.date()


def read_until(text: str) -> datetime:
    """A time as `downscaler/exclude-until` has it, in UTC. Raises FieldError."""
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise FieldError(f"{shown(text)} is not a time such as 2026-12-24T08:00:00Z")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FieldError(f"{shown(text)} is not a time") from None


def _zone(part: str, match: re.Match[str], defaults: Defaults) -> str:
    zone = match[7] or defaults.zone
    if not zone:
        raise FieldError(
            f"{shown(part)} names no time zone, which that tool takes from its DEFAULT_TIMEZONE: --default-timezone"
        )
    return check_zone(zone)


def _add(minutes: bytearray, part: str, match: re.Match[str], defaults: Defaults) -> None:
    frame = match if match[1] else _FRAME.fullmatch(defaults.weekframe)
    if frame is None:
        raise FieldError(
            f"{shown(part)} names no days, which that tool takes from its DEFAULT_WEEKFRAME: --default-weekframe"
        )
    first, last = _day(frame[1]), _day(frame[2])
    begin, end = _minute(match[3], match[4]), _minute(match[5], match[6])
    for step in range((last - first) % len(WEEKDAYS) + 1):
        day = (first + step) % len(WEEKDAYS) * MINUTES_OF_DAY
        minutes[day + begin : day + max(begin, end)] = bytes([1]) * max(0, end - begin)


def _day(text: str) -> int:
    day = text.capitalize()
    if day not in WEEKDAYS:
        raise FieldError(f"{shown(text)} is not a day of the week")
    return WEEKDAYS.index(day)


def _minute(hours: str, minutes: str) -> int:
    total = int(hours) * 60 + int(minutes)
    if int(minutes) >= 60 or total > MINUTES_OF_DAY:  # noqa: PLR2004 - minutes of an hour
        raise FieldError(f"there is no {hours}:{minutes}")
    return total
