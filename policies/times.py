"""Instants: as they are written into annotations, as people read them (on the clock of the zone that counts), and times
of day as instants, also on the days on which clocks change.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime

_SECOND = timedelta(seconds=1)
FAR = timedelta(days=300)
"""From here on a day without its year may be taken for one of this year."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Far enough for "never", and far enough from the last instant Python knows that no arithmetic ends behind it."""


def within_reason(instant: datetime) -> datetime:
    """The instant in UTC, moved between EARLIEST and LATEST: `9999-12-31T23:59:59-14:00` has no UTC at all."""
    naive = instant.replace(tzinfo=None)
    if naive >= LATEST.replace(tzinfo=None):
        return LATEST
    if naive <= EARLIEST.replace(tzinfo=None):
        return EARLIEST
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(within_reason)]
"""An instant that somebody typed."""


def to_rfc3339(instant: datetime) -> str:
    """An instant as RFC 3339 in UTC, whole seconds, ending in Z: `2026-11-23T19:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tell_instant(instant: datetime, zone: tzinfo | str | None, now: datetime | None) -> str:
    """`Mon 30 Nov 07:00 CET`; with its year where it is more than 300 days away.

    Args:
        zone: the policy's, by its IANA name, else that of the machine (None).
        now: when it is read; None where that is not known, and a year never hurts.
    """
    try:
        local = instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    except (OverflowError, ValueError):  # at the very ends of the calendar
        return to_rfc3339(instant)
    year = " %Y" if now is None or abs(instant - now) > FAR else ""
    return f"{local.strftime(f'%a %d %b{year} %H:%M')} {name_zone(local)}"


def in_words(instant: datetime, zone: str) -> str:
    """The same for what is kept and read at any time, so with its year: `Mon 23 Nov 2026 20:00 CET`."""
    return tell_instant(instant, zone, None)


def name_zone(local: datetime) -> str:
    """The zone of an instant as its clocks call it: `CET`; where they have no name for it, `UTC-03` or `UTC+0545`."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def from_rfc3339(text: str) -> datetime:
    """The instant that RFC 3339 text names, within reason.

    Raises ValueError where the text is not such a time, or has no offset: a time without one is a guess.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; write it as 2026-11-23T19:00:00Z")
    return within_reason(instant)


def earliest(*times: datetime | None) -> datetime | None:
    """The earliest of the times that there are, or None."""
    return min((time for time in times if time is not None), default=None)


def instant_of(wall: datetime, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """The instant, in UTC, at which clocks of that zone show `wall`, which has no zone of its own.

    A time that does not exist is the first instant after the gap. Of one that exists twice it is the first, or the
    second where that is asked for.
    """
    # In a gap `fold` swaps the offsets (PEP 495): what `fold=1` gives lies before it, what `fold=0` gives behind it.
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    last = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if last < first:
        return find_change(last, first, zone)
    return last if second else first


def find_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second in between at which clocks of that zone go differently than at `before`."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
