"""Times as people type and read them on the command line."""

import re
from datetime import UTC, date, datetime, time, timedelta

from operations.errors import UsageProblem
from policies.durations import format_duration, parse_duration
from policies.problems import FieldError
from policies.times import EARLIEST, LATEST, from_rfc3339, tell_instant
from policies.wording import count

LONG = timedelta(days=30)
"""What is longer is asked about: `9999h` is more than a year."""
_MINUTE, _HOUR = 60, 3600
_DAYS = re.compile(r"([0-9]{1,6})d((?:[0-9.]+[hms])*)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_end(until: str | None, duration: str | None, now: datetime, *, required: bool) -> datetime | None:
    """The instant that `--until` or `--for` names; None where neither was given and none is required.

    Raises UsageProblem for a value that is not a time or lies in the past, and where both were given.
    """
    if until is not None and duration is not None:
        raise UsageProblem("--until and --for say the same thing: give one of them")
    if until is not None:
        return read_instant(until, now)
    if duration is not None:
        return now + read_duration(duration, "--for")
    if required:
        raise UsageProblem("say until when: --until 07:00, --until 2026-11-24T07:00:00+01:00 or --for 4h")
    return None


def describe_long(end: datetime, now: datetime) -> str:
    """`until Wed 19 Jan 2028 07:21 CET, which is 416 days from now`; empty where that is not long."""
    if end - now <= LONG:
        return ""
    return f"until {tell_instant(end, None, now)}, which is {count((end - now).days, 'day')} from now"


def read_instant(text: str, now: datetime) -> datetime:
    """RFC 3339 with an offset, or `HH:MM`, which is the next such time on this machine's clock."""
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return _next_local(int(clock[1]), int(clock[2]), now)
    try:
        instant = from_rfc3339(text)
    except ValueError:
        raise UsageProblem(
            f"--until {text!r} is not a time: write HH:MM (local time) or 2026-11-24T07:00:00+01:00, with its offset"
        ) from None
    if instant <= now:
        raise UsageProblem(f"--until {text} lies in the past")
    return instant


def read_moment(text: str, option: str, *, whole_day: bool = False) -> datetime:
    """A plain day on this machine's clock (its end with `whole_day`), or an instant with its offset.

    Raises UsageProblem naming the option.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        try:
            return from_rfc3339(text)
        except ValueError:
            raise UsageProblem(
                f"{option} {text!r} is neither a day nor a time: write 2026-11-24 or 2026-11-24T07:00:00+01:00"
            ) from None
    day = min(max(day, EARLIEST.date()), LATEST.date()) + timedelta(days=1)
    return datetime.combine(day if whole_day else day - timedelta(days=1), time.min).astimezone()


def read_since(text: str, option: str, now: datetime) -> datetime:
    """The instant that a duration back from now, a day or a time names. Raises UsageProblem."""
    try:
        since = now - parse_typed_duration(text)
    except FieldError:
        try:
            since = read_moment(text, option)
        except UsageProblem:
            raise UsageProblem(
                f"{option} {text!r} is neither a duration, a day nor a time: write 12h, 2d, 2026-11-24 or "
                "2026-11-24T07:00:00+01:00"
            ) from None
    if since >= now:
        raise UsageProblem(f"{option} {text} must lie in the past")
    return since


def read_duration(text: str, option: str) -> timedelta:
    """A duration such as 4h, 1h30m or 40d, greater than 0. A day is 24 hours. Raises UsageProblem."""
    try:
        duration = parse_typed_duration(text)
    except FieldError as error:
        raise UsageProblem(f"{option} {error}") from None
    if duration <= timedelta(0):
        raise UsageProblem(f"{option} {text} must be greater than 0")
    return duration


def show_time(instant: datetime | None, zone: str | None = None, *, now: datetime | None = None) -> str:
    """An instant, short but clear: `Tue 24 Nov 07:00 CET`, with its year where it is far away.

    `zone` is the policy's, by its IANA name; without one it is this machine's clock. Without an instant, which is the
    end of a sleep that has no time: `somebody wakes it`.
    """
    return "somebody wakes it" if instant is None else tell_instant(instant, zone, now or datetime.now(UTC))


def show_known(instant: datetime | None, zone: str | None = None) -> str:
    """An instant as `show_time` has it. Empty for None."""
    return "" if instant is None else show_time(instant, zone)


def show_span(seconds: float) -> str:
    """How long something took, with seconds below an hour only: `12h30m`, `45s`."""
    step = 1 if seconds < _HOUR else _MINUTE
    return format_duration(timedelta(seconds=round(seconds / step) * step))


def parse_typed_duration(text: str) -> timedelta:
    """A duration as people type it, also in days. A document takes none: there a day might be one of a calendar, which
    has 23 or 25 hours where clocks change; here it is a length of time from now on. Raises FieldError.
    """
    days = _DAYS.fullmatch(text)
    return parse_duration(text if days is None else f"{24 * int(days[1])}h{days[2]}")


def _next_local(hour: int, minute: int, now: datetime) -> datetime:
    """The next such time. Built from a time without a zone, so that each day gets its own offset."""
    today = now.astimezone().replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0)
    candidates = (today + timedelta(days=days) for days in range(3))
    return next(instant for day in candidates if (instant := day.astimezone()) > now).astimezone(now.tzinfo)
