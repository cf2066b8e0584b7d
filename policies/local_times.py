"""Instants as people read them: on the clock of the zone that counts, which is always named."""

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from policies.times import to_rfc3339

FAR = timedelta(days=300)
"""From here on a day without its year may be taken for one of this year."""


def tell_instant(instant: datetime, zone: tzinfo | str | None, now: datetime, *, with_year: bool = False) -> str:
    """`Mon 30 Nov 07:00 CET`; with its year where that is asked for, or where it is more than 300 days away.

    Args:
        zone: the policy's, by its IANA name, else that of the machine (None).
    """
    try:
        local = instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    except (OverflowError, ValueError):  # at the very ends of the calendar
        return to_rfc3339(instant)
    year = " %Y" if with_year or abs(instant - now) > FAR else ""
    return f"{local.strftime(f'%a %d %b{year} %H:%M')} {name_zone(local)}"


def in_words(instant: datetime, zone: str) -> str:
    """The same with its year, whenever it is read: `Mon 23 Nov 2026 20:00 CET`."""
    return tell_instant(instant, zone, instant, with_year=True)


def name_zone(local: datetime) -> str:
    """The zone of an instant as its clocks call it: `CET`; where they have no name for it, `UTC-03` or `UTC+0545`."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"
