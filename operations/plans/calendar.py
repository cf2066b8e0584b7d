"""The coming sleeps and wakes of policies, by their schedules alone."""

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from operations.errors import UsageProblem
from operations.installation import Installation
from operations.plans.policies import choose_policies
from policies.calendar.sleep_windows import Window, sleeps
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.times import earliest


class ComingSleep(Frozen):
    """One sleep of one policy, in its own zone. None: it began longer ago than is looked at, or has no end."""

    policy: str
    zone: str
    """The policy's, by its IANA name."""
    sleep: datetime | None
    wake: datetime | None
    reason: str


class Calendar(Frozen):
    """The policies that have a schedule, and their sleeps."""

    policies: tuple[str, ...]
    sleeps: tuple[ComingSleep, ...]


def read_calendar(installation: Installation, named: str, *, begin: datetime, end: datetime) -> Calendar:
    """The sleeps between two instants by one applied policy, or by those of a file. No server is asked.

    Raises UsageProblem where none of them has a schedule; PolicyError.
    """
    chosen = choose_policies(installation, [named]).policies
    scheduled = [policy for policy in chosen if policy.spec.schedule is not None]
    if not scheduled:
        raise UsageProblem(f"{named} has no schedule: it lets workloads sleep at any time")
    return Calendar(
        policies=tuple(policy.name for policy in scheduled),
        sleeps=tuple(sleep for policy in scheduled for sleep in list_sleeps(policy, begin, end)),
    )


def list_sleeps(policy: EnforcementPolicy, begin: datetime, end: datetime) -> Iterator[ComingSleep]:
    """The sleeps that end after `begin` and start before `end`. `resumeAfter` may wake before a window ends."""
    schedule, zone = policy.spec.schedule, ZoneInfo(policy.zone)
    assert schedule is not None
    for window in takewhile(lambda window: window.start is None or window.start < end, sleeps(schedule, begin)):
        wake = _wake_of(policy, window)
        yield ComingSleep(
            policy=policy.name,
            zone=policy.zone,
            sleep=None if window.start is None else window.start.astimezone(zone),
            wake=None if wake is None else wake.astimezone(zone),
            reason=window.reason,
        )


def _wake_of(policy: EnforcementPolicy, window: Window) -> datetime | None:
    after = policy.spec.resume_after
    return earliest(window.end, None if after is None or window.start is None else window.start + after)
