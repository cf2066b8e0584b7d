"""Wakes at the end of a window come spread over a while: each workload has its own share of it."""

import hashlib
from datetime import timedelta

from policies.policy.document import EnforcementPolicy


def delay_of(policy: EnforcementPolicy | None, namespace: str, name: str) -> timedelta:
    """How long after the window's end this workload wakes, in whole seconds: always the same for the same name."""
    schedule = None if policy is None else policy.spec.schedule
    if schedule is None or not schedule.spread:
        return timedelta(0)
    digest = hashlib.sha256(f"{namespace}/{name}".encode()).digest()
    seconds = schedule.spread.total_seconds() * int.from_bytes(digest[:8]) / 2**64
    return timedelta(seconds=int(seconds))
