"""When a policy wants its workloads asleep.

A policy without a schedule has one window that never ends. Windows of a schedule are not computed yet: the answer
for such a policy is None, which pauses nothing and keeps nothing asleep.
"""

from datetime import datetime

from policies.document import EnforcementPolicy
from policies.models import Frozen


class Window(Frozen):
    """A stretch of time in which a policy wants sleep. Without an end it is open."""

    end: datetime | None = None


def running_window(policy: EnforcementPolicy, now: datetime) -> Window | None:  # noqa: ARG001 - the calendar needs it
    """The window of the policy that `now` lies in, or None."""
    return Window() if policy.spec.schedule is None else None
