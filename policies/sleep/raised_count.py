"""A sleeper whose count was raised: by whom, and whether it is to be put to sleep again.

A raised count is somebody's choice and stays, with two exceptions. An HPA can write a count over our zero that it
computed before it (on a conflict it reads again and writes its old figure): in the first minute of a sleep such a count
is taken back, at most twice in a day. And where Argo CD or Flux put back the count that Git holds, or where anybody
raises it within minutes in two sleeps running, the sleep is contested: the workload stays awake for a day, and somebody
has to say who decides.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from policies.checks.ownership import reverting_tool
from policies.models import Frozen
from policies.names import FIELD_MANAGER
from policies.policy.document import EnforcementPolicy, GitOps
from policies.workload import Workload

LOOK_AFTER = timedelta(seconds=60)
"""How long after W2 a sleep under an HPA is looked at: four of an HPA's periods (15 s)."""
LATEST_LOOK = timedelta(minutes=2)
"""A look that comes later than this, as after an outage of the worker, cannot tell an HPA from a person any more."""
MOST_REASSERTS = 2
MEMORY_OF_REASSERTS = timedelta(hours=24)
RAISED_SOON = timedelta(minutes=10)
"""After the pause: an operator that does not know of it takes seconds, and a look at it up to five minutes."""
MEMORY_OF_SLEEPS = timedelta(days=8)
"""How far back the sleep before this one is looked for: a policy for weekends has one a week."""


class Bounds(Frozen):
    """What an HPA may scale its target to, `minReplicas` and `maxReplicas`."""

    low: int
    high: int


class Watch(Frozen):
    """The first minute of a sleep under an HPA, in which a count inside its bounds is taken to be its doing."""

    ends_at: datetime
    not_after: datetime
    """The pause expires: a re-assert is a pause of the same evaluation."""


class Raised(Frozen):
    """What one read tells of a count that is not zero any more."""

    owner: str = ""
    """The field manager that owns `spec.replicas`. A zero through `/scale` leaves no owner, and so does a count written
    through `/scale` after it, so often the owner is not known."""
    reverted_by: str = ""
    """Argo CD or Flux, where it put back the count that Git holds although the policy says `gitOps: Pause`."""
    bounds: Bounds | None = None
    """Of the one HPA that targets the workload. Asked only during a watch."""
    at: datetime | None = None
    """When, as far as the object tells; None where that is not known."""
    settled: bool = False
    """Whether the deployment controller has seen this spec: until then the revision does not tell of a new template."""


def who_raised(workload: Workload, policy: EnforcementPolicy | None, bounds: Bounds | None, since: datetime) -> Raised:
    """What a workload that runs tells of who raised its count since then, and when. `policy` is that of its sleep."""
    owners = [writer for writer in workload.writers if writer.owns_replicas and writer.manager != FIELD_MANAGER]
    newest = max(owners, key=lambda writer: writer.time.timestamp() if writer.time else 0.0, default=None)
    tool = reverting_tool(workload) if policy is not None and policy.spec.git_ops is GitOps.PAUSE else None
    changed_at = workload.rollout.available_changed_at
    return Raised(
        owner="" if newest is None else newest.manager,
        reverted_by=tool or "",
        bounds=bounds,
        at=min((time for time in (newest and newest.time, changed_at) if time and time >= since), default=None),
        settled=workload.rollout.observed_generation >= workload.rollout.generation,
    )


def is_raised_soon(paused_at: datetime, raised_at: datetime) -> bool:
    """Whether somebody raised a count so soon after the pause that they may not want it at all."""
    return raised_at - paused_at <= RAISED_SOON


def is_contested(reasserts: Iterable[datetime], now: datetime) -> bool:
    """Whether a workload was put to sleep again often enough: one more would be a fight."""
    return sum(1 for time in reasserts if now - time < MEMORY_OF_REASSERTS) >= MOST_REASSERTS
