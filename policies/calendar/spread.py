"""Wakes at the end of a window come spread over a while: each workload has its own share of it."""

import hashlib
from datetime import timedelta

from policies.policy.document import EnforcementPolicy


def spread_of(policy: EnforcementPolicy) -> timedelta:
    """How long a policy's wakes are spread over; 0 where they all come at once."""
    schedule = policy.spec.schedule
    return timedelta(0) if schedule is None else schedule.spread or timedelta(0)


def delay_of(policy: EnforcementPolicy | None, namespace: str, name: str) -> timedelta:
    """How long after the window's end this workload wakes, in whole seconds: always the same for the same name."""
    return timedelta(0) if policy is None else share_of(spread_of(policy), namespace, name)


def share_of(spread: timedelta, namespace: str, name: str) -> timedelta:
    """One workload's share of a spread, in whole seconds."""
    digest = hashlib.sha256(f"{namespace}/{name}".encode()).digest()
    return timedelta(seconds=int(spread.total_seconds() * int.from_bytes(digest[:8]) / 2**64))
