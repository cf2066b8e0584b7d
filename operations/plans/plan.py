"""A plan: what policies would pause, what that would save, and what to know before."""

from datetime import datetime
from enum import StrEnum

from operations.costs.money import ForeseenSaving, Spending
from policies.checks.decision import Decision
from policies.checks.limits import Brake, Census
from policies.checks.reasons import Reason
from policies.costs.cost import HourlyCost
from policies.models import Frozen
from policies.policy.document import Mode
from policies.policy.unmet_patterns import UnmetPattern
from policies.workload import WorkloadRef


class PlannedSleep(Frozen):
    """A Deployment that sleeps already, from its own annotations."""

    ref: WorkloadRef
    policy: str
    instance: str
    ours: bool
    until: datetime | None = None
    original_replicas: int | None = None
    cost: HourlyCost | None = None
    problem: str = ""


class CaveatKind(StrEnum):
    """What a caveat is about; several of a kind are told in one line."""

    CONTROLLER = "Controller"
    EMPTY_DIR = "EmptyDir"
    DATABASE = "Database"
    BUDGET = "PodDisruptionBudget"
    CRON_JOB = "CronJob"


class Caveat(Frozen):
    """Something to know before Deployments are paused, about one of them or about a CronJob beside them."""

    ref: WorkloadRef
    kind: CaveatKind
    sentence: str


class PolicyPlan(Frozen):
    """What one policy would do."""

    policy: str
    mode: Mode
    judged_at: datetime
    zone: str = "UTC"
    """The policy's, by its IANA name."""
    suspended: bool = False
    decisions: tuple[Decision, ...]
    counts: dict[Reason, int]
    saving: ForeseenSaving
    considered: Spending
    census: Census = Census()
    """The cluster's Deployments at that moment, as far as it is known now."""
    max_actions_per_run: int | None = None
    first_run: int = 0
    """How many the first run takes."""
    last_asleep_at: datetime | None = None
    """When the run that takes the last of them begins."""
    brake: Brake | None = None
    until: datetime | None = None
    """When what goes to sleep then wakes by itself; None where nothing says it."""
    first_window_room: int | None = None
    """How many may go to sleep while its window is its first; None where that is over, or it has limits or no schedule.
    """
    unmet: tuple[UnmetPattern, ...] = ()
    """What of its scope meets no namespace."""

    @property
    def is_in_force(self) -> bool:
        """Whether it pauses: neither a dry run nor suspended."""
        return self.mode is Mode.ENFORCE and not self.suspended

    @property
    def held_by_first_window(self) -> int:
        """How many of them wait for its second window."""
        return 0 if self.first_window_room is None else max(0, len(self.pauses) - self.first_window_room)

    @property
    def pauses(self) -> tuple[Decision, ...]:
        """The Deployments that would go to sleep, in the order the runs take them."""
        return tuple(decision for decision in self.decisions if decision.reason is Reason.PAUSE)


class Plan(Frozen):
    """A whole plan."""

    judged_at: datetime
    policies: tuple[PolicyPlan, ...]
    sleepers: tuple[PlannedSleep, ...]
    """What sleeps already."""
    caveats: tuple[Caveat, ...]
    """What to know before."""
    census: Census
    saving: ForeseenSaving
    """Of all policies together; a Deployment that two of them would pause counts once."""
    unknowns: tuple[str, ...] = ()
    """What could not be found out, and what that means."""
    costs_kept: str = ""
    """How long a worker acts on what the cost source answered."""
    unreadable: tuple[str, ...] = ()
    """Deployments that could not be understood."""
    order_problems: tuple[str, ...] = ()
    """What is wrong with who waits for whom."""
    taken_for_operators: tuple[str, ...] = ()
    """Namespaces in scope that are left alone for no more than the end of their name."""
    may_not_write: tuple[str, ...] = ()
    """Namespaces of what would be paused in which the caller's own credentials could not."""

    @property
    def pausing_in(self) -> frozenset[str]:
        """The namespaces in which something would be paused."""
        return frozenset(each.ref.namespace for policy in self.policies for each in policy.pauses)
