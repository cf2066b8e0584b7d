"""Times as py-kube-downscaler writes them: `Mon-Fri 07:30-20:30 Europe/Berlin`, absolute ones, `always`, `never`.

What it means is that tool's: several with commas are a union, days may go over the weekend, an end is not part of it,
and `Mon-Fri 07:30` alone lasts half an hour.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from policies.importing.weekspans import ALWAYS, NEVER, Week
from policies.problems import FieldError, shown
from policies.schedule import check_zone
from policies.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK, WEEKDAYS

_RECURRING = re.compile(
    r"(?:([a-z]{3})-([a-z]{3}) )?([0-9]{2}):([0-9]{2})(?:-([0-9]{2}):([0-9]{2}))?(?: ([a-zA-Z/_]+))?", re.IGNORECASE
)
_INSTANT = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2})"
_ABSOLUTE = re.compile(f"{_INSTANT}-{_INSTANT}")
_ALONE = 30
"""Minutes of a time that is given without an end."""
_LONGEST = 4_096
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class TimeSpec:
    """When something applies: every week, and once."""

    week: Week = NEVER
    zone: str = ""
    """Empty where nothing depends on one."""
    once: tuple[tuple[datetime, datetime], ...] = ()


def read_time_spec(text: str, default_zone: str) -> TimeSpec:
    """What a spec says; `default_zone` is where one stands without a zone. Raises FieldError."""
    if text.lower() in {"always", "never"}:
        return TimeSpec(ALWAYS if text.lower() == "always" else NEVER)
    if len(text) > _LONGEST:
        raise FieldError(f"{shown(text)} is longer than {_LONGEST} characters")
    minutes, zones, once = bytearray(MINUTES_OF_WEEK), set[str](), []
    for part in (part.strip() for part in text.split(",")):
        if absolute := _ABSOLUTE.fullmatch(part):
            once.append((_instant(absolute[1]), _instant(absolute[2])))
        elif recurring := _RECURRING.fullmatch(part):
            zones.add(check_zone(recurring[7] or default_zone))
            _add(minutes, recurring)
        else:
            raise FieldError(f"{shown(part)} is not a time such as Mon-Fri 07:30-20:30 Europe/Berlin")
    if len(zones) > 1:
        raise FieldError(f"it names several time zones ({', '.join(sorted(zones))}); a schedule has one")
    return TimeSpec(bytes(minutes), next(iter(zones), ""), tuple(once))


def whole_days_inside(begin: datetime, end: datetime, zone: tzinfo) -> tuple[date, date] | None:
    """The days that lie in a range from their beginning to their end, or None."""
    first, last = begin.astimezone(zone), end.astimezone(zone)
    first_day = first.date() if first.time() == time() else first.date() + _DAY
    # a range includes its end, and 23:59 is how people write that of a day
    is_whole = last.time() >= time(23, 59)
    last_day = last.date() if is_whole else last.date() - _DAY
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


def zone_of(name: str) -> ZoneInfo:
    """The zone of a spec, UTC where it names none."""
    return ZoneInfo(name or "UTC")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FieldError(f"{shown(text)} is not a time") from None


def _add(minutes: bytearray, match: re.Match[str]) -> None:
    first, last = (_day(match[1]), _day(match[2])) if match[1] else (0, len(WEEKDAYS) - 1)
    begin = _minute(match[3], match[4])
    if match[5]:
        end = _minute(match[5], match[6])
    else:
        end = begin + _ALONE if begin < MINUTES_OF_DAY - _ALONE else MINUTES_OF_DAY - 1
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
