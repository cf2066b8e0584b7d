"""What a plan is made of: every policy's decision on every Deployment, without any I/O of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from activities.kube.objects.budgets import Budget
from activities.kube.objects.cron_jobs import CronJob
from activities.runs.surroundings import Gathered
from operations.plans.caveats import caveats_of
from operations.plans.cron_jobs import warn_of_cron_jobs
from operations.plans.money import Money, add_up
from operations.targets import instance_of, is_sleeper
from policies import annotations as notes
from policies.calendar.sleep_windows import next_window
from policies.checks import Case, Surroundings, protection_of
from policies.checks.decision import Candidate, Decision, as_candidate, evaluate
from policies.checks.limits import Brake, Census, select
from policies.checks.platforms import OPERATORS
from policies.checks.protection import protecting_pattern
from policies.checks.reasons import Reason
from policies.costs.cost import HourlyCost
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.sleep.wake_order import order_problems
from policies.workload import Workload, WorkloadRef

OUT_OF_SCOPE = frozenset(
    {Reason.OUTSIDE_SCHEDULE, Reason.ENDS_SOON, Reason.NAMESPACE_NOT_IN_SCOPE, Reason.LABELS_DO_NOT_MATCH}
)
"""Reasons that say nothing of the workload itself: the policy is not about it."""


class Sleep(Frozen):
    """A Deployment that sleeps already, from its own annotations."""

    ref: WorkloadRef
    policy: str
    instance: str
    ours: bool
    until: datetime | None = None
    original_replicas: int | None = None
    cost: HourlyCost | None = None
    problem: str = ""


class Caveat(Frozen):
    """Something to know before Deployments are paused, about one of them or about a CronJob beside them."""

    ref: WorkloadRef
    sentence: str


class PolicyPlan(Frozen):
    """What one policy would do."""

    policy: str
    mode: Mode
    judged_at: datetime
    suspended: bool = False
    decisions: tuple[Decision, ...]
    counts: dict[Reason, int]
    saving: Money
    considered: Money
    max_actions_per_run: int | None = None
    first_run: int = 0
    last_asleep_at: datetime | None = None
    brake: Brake | None = None

    @property
    def pauses(self) -> tuple[Decision, ...]:
        """The Deployments that would go to sleep, in the order the runs take them."""
        return tuple(decision for decision in self.decisions if decision.reason is Reason.PAUSE)


class Plan(Frozen):
    """A whole plan."""

    judged_at: datetime
    policies: tuple[PolicyPlan, ...]
    sleepers: tuple[Sleep, ...]
    caveats: tuple[Caveat, ...]
    census: Census
    saving: Money
    """Of all policies together; a Deployment that two of them would pause counts once."""
    unknowns: tuple[str, ...] = ()
    """What could not be found out, and what that means."""
    costs_kept: str = ""
    """How long a worker acts on what the cost source answered."""
    unreadable: tuple[str, ...] = ()
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


def make_plan(
    policies: Iterable[EnforcementPolicy],
    workloads: Sequence[Workload],
    gathered: Gathered,
    *,
    now: datetime,
    interval: timedelta,
    instance: str | None,
    at: datetime | None = None,
    cron_jobs: Sequence[CronJob] = (),
    budgets: Sequence[Budget] = (),
    blind_to: Sequence[str] = (),
) -> Plan:
    """Judge all workloads by all policies. `interval` is the time between two runs; `blind_to` says what rights are
    missing to know.

    The instant is `at`, or for each policy now if one of its windows runs, else the beginning of the next.
    """
    ordered = tuple(sorted(workloads, key=lambda workload: (workload.ref.namespace, workload.ref.name)))
    judging, plans = tuple(policies), []
    surroundings = gathered.surroundings_at(now)
    counted = [workload for workload in ordered if protection_of(workload, surroundings) is None]
    asleep = sum(1 for workload in counted if workload.replicas == 0 and notes.PAUSED in workload.annotations)
    census = Census(deployments=asleep + sum(1 for workload in counted if workload.replicas > 0), asleep=asleep)
    for policy in judging:
        moment = at or _next_moment(policy, now)
        around = gathered.surroundings_at(moment, judging)
        cases = [gathered.case(policy, workload, around) for workload in ordered]
        judged = [(case, evaluate(case)) for case in cases]
        plans.append(_plan_policy(policy, judged, census, moment, interval))
    paused = {str(decision.ref): decision for plan in plans for decision in plan.pauses}
    due = (
        warning
        for policy, plan in zip(judging, plans, strict=True)
        for warning in warn_of_cron_jobs(
            cron_jobs, policy, {each.ref.namespace for each in plan.pauses}, plan.judged_at
        )
    )
    return Plan(
        judged_at=now,
        policies=tuple(plans),
        sleepers=tuple(_as_sleep(workload, instance) for workload in ordered if is_sleeper(workload)),
        caveats=tuple(
            Caveat(ref=workload.ref, sentence=sentence)
            for workload in ordered
            if str(workload.ref) in paused
            for sentence in (*caveats_of(workload), *_unmet_by(workload, budgets))
        )
        + tuple(Caveat(ref=ref, sentence=sentence) for ref, sentence in due),
        census=census,
        saving=add_up(paused.values()),
        unknowns=(*blind_to, *_unknowns(gathered, judging)),
        costs_kept="" if gathered.costs.problem else gathered.costs.kept,
        order_problems=order_problems(ordered),
        taken_for_operators=_taken_for_operators(plans, surroundings),
    )


def _next_moment(policy: EnforcementPolicy, now: datetime) -> datetime:
    window = next_window(policy, now)
    return now if window is None or window.start is None else max(window.start, now)


def _plan_policy(
    policy: EnforcementPolicy,
    judged: list[tuple[Case, Decision]],
    census: Census,
    now: datetime,
    interval: timedelta,
) -> PolicyPlan:
    decisions = tuple(decision for _, decision in judged)
    candidates = tuple(as_candidate(case, decision) for case, decision in judged if decision.reason is Reason.PAUSE)
    selection = select(candidates, census, policy.max_actions_per_run, policy.spec.limits.max_affected_percent)
    return PolicyPlan(
        policy=policy.name,
        mode=policy.spec.mode,
        judged_at=now,
        suspended=policy.spec.suspend,
        decisions=decisions,
        counts=Counter(decision.reason for decision in decisions),
        saving=add_up(decision for decision in decisions if decision.reason is Reason.PAUSE),
        considered=add_up(decision for decision in decisions if decision.reason not in OUT_OF_SCOPE),
        max_actions_per_run=policy.max_actions_per_run,
        first_run=len(selection.chosen),
        last_asleep_at=_last_asleep_at(candidates, policy.max_actions_per_run, now, interval),
        brake=selection.brake,
    )


def _last_asleep_at(
    candidates: tuple[Candidate, ...], max_actions: int | None, now: datetime, interval: timedelta
) -> datetime | None:
    """When the run that takes the last candidate begins, the first one beginning now."""
    if not candidates:
        return None
    runs = 1 if max_actions is None else -(-len(candidates) // max_actions)
    return now + (runs - 1) * interval


def _unmet_by(workload: Workload, budgets: Iterable[Budget]) -> Iterator[str]:
    for each in budgets:
        if each.selects(workload):
            yield (
                f"is in the PodDisruptionBudget {each.name}, which wants {each.at_least} of its pods: an alert on "
                "budgets comes every night (docs/coexistence.md has the rule that leaves out what sleeps)"
            )


def _taken_for_operators(plans: Iterable[PolicyPlan], surroundings: Surroundings) -> tuple[str, ...]:
    protected = (each for plan in plans for each in plan.decisions if each.reason is Reason.PROTECTED)
    namespaces = sorted({each.ref.namespace for each in protected})
    return tuple(each for each in namespaces if protecting_pattern(each, surroundings) == OPERATORS)


def _as_sleep(workload: Workload, instance: str | None) -> Sleep:
    base = Sleep(
        ref=workload.ref,
        policy=workload.annotations.get(notes.PAUSED_BY, ""),
        instance=instance_of(workload),
        ours=instance is not None and instance_of(workload) == instance,
    )
    try:
        record = notes.read_pause(workload.annotations)
    except InvalidAnnotation as error:
        return base.model_copy(update={"problem": str(error)})
    if record is None:
        return base.model_copy(update={"problem": f"its record is incomplete: {notes.PAUSED} is missing"})
    return base.model_copy(
        update={
            "until": record.resume_at,
            "original_replicas": record.original_replicas,
            "cost": record.cost,
        }
    )


def _unknowns(gathered: Gathered, policies: tuple[EnforcementPolicy, ...]) -> Iterator[str]:
    if gathered.costs.problem:
        meanwhile = f"; {gathered.costs.kept}" if gathered.costs.kept else ""
        yield f"what anything costs: {gathered.costs.problem}{meanwhile}"
    if gathered.idleness.problem and any(policy.spec.idle_window is not None for policy in policies):
        yield f"whether anything is idle, so a policy with idleWindow pauses nothing: {gathered.idleness.problem}"
