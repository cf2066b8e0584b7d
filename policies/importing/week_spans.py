"""A week as a row of minutes, asleep or awake, and the windows that say the same."""

from collections import defaultdict
from collections.abc import Iterator

from policies.policy.windows import MINUTES_OF_DAY, MINUTES_OF_WEEK, WindowEnd, WindowStart

Week = bytes
"""One byte for each minute from Monday 00:00 on, 1 where it applies."""
NEVER: Week = bytes(MINUTES_OF_WEEK)
ALWAYS: Week = bytes([1]) * MINUTES_OF_WEEK


def asleep_unless(uptime: Week, downtime: Week, forced: Week = NEVER) -> Week:
    """Asleep where it is no uptime, and where it is downtime; never where it is forced up."""
    return bytes(not force and (down or not up) for up, down, force in zip(uptime, downtime, forced, strict=True))


def asleep_between(downs: Week, ups: Week, forced: Week = NEVER) -> Week:
    """Asleep from each minute of `downs` to the next of `ups`; where both apply nothing changes, and `forced` is up
    whatever else applies. A sleep that would never end does not begin.
    """
    if not any(ups) and not any(forced):
        return NEVER
    minutes, state = bytearray(MINUTES_OF_WEEK), 0
    for at in (*range(MINUTES_OF_WEEK), *range(MINUTES_OF_WEEK)):  # twice: what the week begins with, it ended with
        if forced[at]:
            state = 0
        elif downs[at] != ups[at]:
            state = downs[at]
        minutes[at] = state
    return bytes(minutes)


def windows_of(asleep: Week) -> list[dict[str, str]]:
    """The windows of a week, as a policy writes them; those of several days at the same hours are one."""
    if asleep == ALWAYS:
        return [{"from": "00:00", "to": "24:00"}]
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    written: list[dict[str, str]] = []
    for begin, length in runs_of(asleep):
        weekday, minute = divmod(begin, MINUTES_OF_DAY)
        end_day, end = divmod((begin + length) % MINUTES_OF_WEEK, MINUTES_OF_DAY)
        if length < MINUTES_OF_DAY:
            days[minute, end].add(weekday)
        else:
            written.append(_write({weekday}, minute, WindowEnd(end_day, end)))
    return [_write(weekdays, minute, WindowEnd(None, end)) for (minute, end), weekdays in days.items()] + written


def _write(weekdays: set[int], minute: int, end: WindowEnd) -> dict[str, str]:
    return {"from": str(WindowStart(frozenset(weekdays), minute)), "to": str(end)}


def runs_of(week: Week) -> Iterator[tuple[int, int]]:
    """Begin and length of each stretch. One across the end of the week counts as one; a whole week gives no stretch."""
    begins = [at for at in range(MINUTES_OF_WEEK) if week[at] and not week[at - 1]]
    for begin in begins:
        length = next(step for step in range(1, MINUTES_OF_WEEK) if not week[(begin + step) % MINUTES_OF_WEEK])
        yield begin, length
