"""Several weekly windows together: where they meet, and what they leave awake."""

from collections.abc import Sequence
from datetime import timedelta

from policies.policy.windows import MINUTES_OF_WEEK, SleepWindow


def overlapping(windows: Sequence[SleepWindow]) -> tuple[tuple[SleepWindow, SleepWindow], ...]:
    """Pairs of windows that share time, a window with itself too; windows that only touch do not."""
    spans = _unroll(windows)
    pairs: dict[tuple[int, int], None] = {}
    for at, (_, end, index) in enumerate(spans):
        for begin, _, other in spans[at + 1 :]:
            if begin >= end:
                break
            pairs[min(index, other), max(index, other)] = None
    return tuple((windows[first], windows[second]) for first, second in pairs)


def shortest_awake_stretch(windows: Sequence[SleepWindow]) -> timedelta | None:
    """The shortest time between two sleeps of a plain week; None where nothing separates them."""
    gaps = []
    asleep_until: int | None = None
    for begin, end, _ in _unroll(windows):
        if asleep_until is not None and begin > asleep_until:
            gaps.append(begin - asleep_until)
        asleep_until = end if asleep_until is None else max(asleep_until, end)
    return timedelta(minutes=min(gaps)) if gaps else None


def _unroll(windows: Sequence[SleepWindow]) -> list[tuple[int, int, int]]:
    """Three weeks of (start, end, index of the window), so that each week meets its neighbours."""
    return sorted(
        (begin + week * MINUTES_OF_WEEK, begin + week * MINUTES_OF_WEEK + length, index)
        for index, window in enumerate(windows)
        for begin, length in window.occurrences()
        for week in range(3)
    )
