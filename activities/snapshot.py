"""What the worker knows of its source: the policies, and whether a hold is on.

The worker keeps it at most a few seconds old. Activities are given a function that answers the present snapshot; they
never read the source themselves. Each activity asks for itself, so two of one run may see different snapshots.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from policies.models import Frozen, PersonName, PersonReason
from policies.names import MANUAL
from policies.policy.document import EnforcementPolicy, Mode

STALE_AFTER = timedelta(seconds=60)
"""A snapshot older than this pauses nothing: the hold may have been set, the policy deleted."""


class Hold(Frozen):
    """`finops hold`: no new pauses in this cluster, by whom, since when and why."""

    by: PersonName
    since: datetime
    reason: PersonReason = ""


class Snapshot(Frozen):
    """The source as it was read at one moment."""

    read_at: datetime
    policies: tuple[EnforcementPolicy, ...] = ()
    complete: bool = True
    """False where the source could not be read, or not all of it parsed."""
    problem: str = ""
    unreadable: str = ""
    """Why the source cannot be read at all: then `policies` is empty."""
    lost: bool = False
    """Whether that is because it is gone or may not be read any more, and not for a moment only."""
    objection: str = ""
    """Why none of its policies may pause anything."""
    hold: Hold | None = None
    """The hold that is on, or the last one that was known."""
    hold_known: bool = True
    """False where Temporal's record of the cluster is gone or was edited: somebody may have set a hold."""
    age: timedelta = timedelta(0)
    """How long ago that was when this was handed out, as the worker that read it counted. Never a difference between
    two clocks: against Temporal's time, a worker that is ahead would have it fresh for ever, and one behind never."""

    @property
    def held(self) -> bool:
        """Whether nothing new is to begin, because a hold is on or may be."""
        return self.hold is not None or not self.hold_known

    def policy(self, name: str) -> EnforcementPolicy | None:
        """The policy of that name, or None."""
        return next((policy for policy in self.policies if policy.name == name), None)

    def objection_to_pausing(self, policy_name: str) -> str | None:
        """Why nothing may be paused by this policy at present, or None."""
        if self.age > STALE_AFTER:
            return f"policies and hold could not be read for more than {STALE_AFTER.seconds} s, which is too long"
        if self.hold is not None:
            return f"a hold is on, set by {self.hold.by}"
        if not self.hold_known:
            return "Temporal's record of the cluster is gone or was edited, so it is not known whether a hold is on"
        if policy_name == MANUAL:
            return None
        if self.objection:
            return f"of the policies: {self.objection}"
        policy = self.policy(policy_name)
        if policy is None:
            return f"there is no policy {policy_name}"
        if policy.spec.suspend:
            return f"policy {policy_name} is suspended"
        if policy.spec.mode is not Mode.ENFORCE:
            return f"policy {policy_name} is in DryRun"
        return None


Snapshots = Callable[[], Snapshot]
"""Returns the present snapshot."""
