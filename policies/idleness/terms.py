"""What a policy asks of idleness at one moment."""

from datetime import datetime, timedelta

from policies.calendar.sleep_windows import running_window
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, SeasonGate
from policies.policy.idle_limits import IdleLimits
from policies.times import earliest

WEEK = timedelta(days=7)
COVERAGE = 0.9
"""The least share of a window that must have been seen."""

_AFTERWARDS = timedelta(hours=1)
"""A wake takes its time, and what is due right after it must not wait for it."""


class IdleTerms(Frozen):
    """How long a workload must have been idle at `at`, and which hours of past weeks must have been quiet too."""

    at: datetime
    window: timedelta
    horizon: timedelta = WEEK
    """How long it would sleep, and an hour; at most a week, after which every hour of the week has come."""
    gate: SeasonGate = SeasonGate.ON
    limits: IdleLimits = IdleLimits()


def terms_of(policy: EnforcementPolicy, at: datetime) -> IdleTerms | None:
    """The terms, or None where the policy asks for no idleness, or for nothing at all at that moment."""
    spec, asleep = policy.spec, running_window(policy, at)
    if spec.idle_window is None or asleep is None:
        return None
    until = earliest(asleep.end, None if spec.resume_after is None else at + spec.resume_after)
    horizon = WEEK if until is None else min(until - at + _AFTERWARDS, WEEK)
    return IdleTerms(at=at, window=spec.idle_window, horizon=horizon, gate=spec.season_gate, limits=spec.idle_limits)
