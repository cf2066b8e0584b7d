"""The brake of a first window: a new policy with a schedule shows itself on a few workloads before it takes them all.

In the first window in which it pauses anything, a policy with a schedule and without `limits` puts at most
`FIRST_WINDOW_PAUSES` workloads to sleep; from its second window on, all that it means. What is remembered of it is part
of each run's result, from which the next run starts. Where that is lost (after a DryRun, in another Schedule or another
Temporal, after a run that was ended) a window is a first one again: then those count that are seen to have fallen
asleep in it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from policies.calendar.sleep_windows import running_window
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.readable import readable_pause
from policies.workload import Workload

FIRST_WINDOW_PAUSES = 20
"""As many as one person can look after, and wake, in an evening."""
_ENDLESS = timedelta(days=1)
"""For how long a window counts as the first one if it never ends."""


class FirstWindow(Frozen):
    """The first window in which a policy paused anything."""

    until: datetime
    """Its end."""
    paused: int = 0
    """How many were to go to sleep in it so far."""


def first_window_limit(policy: EnforcementPolicy) -> int | None:
    """How many may go to sleep in the first window; None where a limit is written, or there is no schedule, without
    which each run has one.
    """
    limits = policy.spec.limits
    is_limited = limits.max_actions_per_run is not None or limits.max_affected_percent is not None
    return None if is_limited or policy.spec.schedule is None else FIRST_WINDOW_PAUSES


def count_asleep(workloads: Iterable[Workload], policy: EnforcementPolicy, instance: str | None, now: datetime) -> int:
    """How many the policy of this installation has put to sleep since the window began that runs now."""
    window = running_window(policy, now)
    if window is None:
        return 0
    records = (readable_pause(workload.annotations) for workload in workloads if workload.is_down)
    return sum(
        record.policy == policy.name
        and record.instance == instance
        and (window.start is None or window.start <= record.paused_at)
        for record in records
        if record is not None
    )


def room_left(
    first: FirstWindow | None, limit: int | None, now: datetime, asleep: int = 0, window_start: datetime | None = None
) -> int | None:
    """How many more may go to sleep now; None where nothing holds them back. `asleep` are those that fell asleep in the
    window that runs, whatever is remembered; `window_start` is its beginning, where it has one.
    """
    if limit is None or (first is not None and _is_over(first, now, window_start)):
        return None
    return max(0, limit - max(asleep, 0 if first is None else first.paused))


def count_pauses(
    first: FirstWindow | None,
    count: int | None,
    window_end: datetime | None,
    now: datetime,
    asleep: int = 0,
    window_start: datetime | None = None,
) -> FirstWindow | None:
    """The first window after a run that was to pause so many, in a window that ends then or never and began at
    `window_start` or never, in which so many slept before. A dry run, which counts None, forgets it: what it enforces
    afterwards may be another policy.
    """
    if count is None or (first is None and count == asleep == 0):
        return None
    if first is None:
        return FirstWindow(until=window_end or now + _ENDLESS, paused=asleep + count)
    if _is_over(first, now, window_start):
        return first
    until = first.until if first.until > now else window_end or now + _ENDLESS
    return FirstWindow(until=until, paused=max(asleep, first.paused) + count)


def _is_over(first: FirstWindow, now: datetime, window_start: datetime | None) -> bool:
    """A window that began before its remembered end is the same one still: somebody made it longer."""
    return first.until <= now and (window_start is None or window_start >= first.until)


class FirstWindows(Frozen):
    """What is remembered of the first windows of several policies."""

    known: Mapping[str, FirstWindow] = {}
    """By the policies' names. Without an entry a policy has not paused anything yet."""
    unknown: frozenset[str] = frozenset()
    """Of these it is not known: nobody could be asked."""

    def room_of(self, policy: EnforcementPolicy, now: datetime, asleep: int = 0) -> int | None:
        """How many more the policy lets go to sleep then, as `room_left` has it; None also where that is not known."""
        if policy.name in self.unknown:
            return None
        window = running_window(policy, now)
        start = None if window is None else window.start
        return room_left(self.known.get(policy.name), first_window_limit(policy), now, asleep, start)


NONE_REMEMBERED = FirstWindows()
"""As of policies that never ran."""


def describe_first_window(room: int) -> str:
    """The brake in a sentence, for the author of a policy, by what its first window has left."""
    at_most = f"at most {room}{'' if room == FIRST_WINDOW_PAUSES else ' more'}" if room else "no more"
    return (
        f"{at_most} go to sleep in its first window, because it has no limits, and all from the second on; `limits` in "
        "the document overrules that"
    )
