"""The brake of a first window: a new policy with a schedule shows itself on a few workloads before it takes them all.

In the first window in which it pauses anything, a policy with a schedule and without `limits` puts at most
`FIRST_WINDOW_PAUSES` workloads to sleep; from its second window on, all that it means. What is remembered of it is part
of each run's result, from which the next run starts. Where that is lost (a DryRun, another Schedule, another Temporal)
the next window is a first one again.
"""

from datetime import datetime, timedelta

from policies.models import Frozen
from policies.policy.document import EnforcementPolicy

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


def room_left(first: FirstWindow | None, limit: int | None, now: datetime) -> int | None:
    """How many more may go to sleep now; None where nothing holds them back."""
    if limit is None or (first is not None and first.until <= now):
        return None
    return max(0, limit - (0 if first is None else first.paused))


def count_pauses(
    first: FirstWindow | None, count: int | None, window_end: datetime | None, now: datetime
) -> FirstWindow | None:
    """The first window after a run that was to pause so many, in a window that ends then or never. A dry run, which
    counts None, forgets it: what it enforces afterwards may be another policy.
    """
    if count is None or (first is None and count == 0):
        return None
    if first is None:
        return FirstWindow(until=window_end or now + _ENDLESS, paused=count)
    return first if first.until <= now else first.replace(paused=first.paused + count)


def describe_first_window(room: int) -> str:
    """The brake in a sentence, for the author of a policy, by what its first window has left."""
    at_most = f"at most {room}{'' if room == FIRST_WINDOW_PAUSES else ' more'}" if room else "no more"
    return (
        f"{at_most} go to sleep in its first window, because it has no limits, and all from the second on; `limits` in "
        "the document overrules that"
    )
