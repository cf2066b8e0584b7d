"""What the coming sleeps of a schedule hold that its author may not have meant."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from policies.calendar.sleep_windows import Window, running_window, sleeps
from policies.durations import format_duration
from policies.policy.document import EnforcementPolicy
from policies.times import tell_instant
from policies.wildcards import may_both_match

_LOOKED_AT = 20
"""Coming sleeps: some weeks of nights."""


def warnings_of(
    policy: EnforcementPolicy, others: Iterable[EnforcementPolicy], now: datetime, min_sleep: timedelta
) -> tuple[str, ...]:
    """Sentences on a schedule that can never let anything sleep, or whose wakes another policy's window takes back."""
    schedule = policy.spec.schedule
    if schedule is None:
        return ()
    coming = tuple(islice(sleeps(schedule, now), _LOOKED_AT))
    if not coming:
        return ("its days are over: the schedule never lets anything sleep again",)
    if all(_length(window) < min_sleep for window in coming):
        return (f"its sleeps are shorter than {format_duration(min_sleep)}, and nothing is paused for less",)
    return tuple(_taken_back(policy, coming, others, now))


def _length(window: Window) -> timedelta:
    return timedelta.max if window.start is None or window.end is None else window.end - window.start


def _taken_back(
    policy: EnforcementPolicy, coming: tuple[Window, ...], others: Iterable[EnforcementPolicy], now: datetime
) -> Iterator[str]:
    """One sentence for each other policy, on the first wake that it takes back."""
    for other in others:
        if other.name == policy.name or other.spec.schedule is None or not (other.is_in_force and _meet(policy, other)):
            continue
        for end in (window.end for window in coming if window.end is not None):
            window = running_window(other, end)
            if window is not None:
                until = "for good" if window.end is None else f"until {tell_instant(window.end, policy.zone, now)}"
                yield (
                    f"its sleep ends at {tell_instant(end, policy.zone, now)} inside a window of {other.name} "
                    f"({window.reason}): what both cover sleeps on {until}"
                )
                break


def _meet(policy: EnforcementPolicy, other: EnforcementPolicy) -> bool:
    """Whether a namespace may be in both scopes, by the patterns that they include."""
    return any(
        may_both_match(mine, theirs)
        for mine in policy.spec.scope.namespaces.include
        for theirs in other.spec.scope.namespaces.include
    )
