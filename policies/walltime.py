"""Times of day as instants, also on the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


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
