"""How a plan is made: every policy's decision on every Deployment, without any I/O of its own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from activities.kube.objects.budgets import Budget
from activities.kube.objects.cron_jobs import CronJob
from activities.runs.surroundings import Gathered
from operations.costs.money import add_costs, add_savings, add_savings_of_all
from operations.plans.awake_by_then import case_at
from operations.plans.caveats import caveats_of
from operations.plans.cron_jobs import warn_of_cron_jobs
from operations.plans.plan import Caveat, CaveatKind, Plan, PlannedSleep, PolicyPlan
from operations.plans.plan_selection import EVERYTHING, PlanSelection
from operations.targets import instance_of, is_sleeper
from policies import annotations as notes
from policies.calendar.allowance import Allowance, allowance_of, allowance_of_all
from policies.calendar.sleep_windows import next_window, running_window
from policies.checks import Case, Surroundings, protection_of
from policies.checks.decision import Candidate, Decision, as_candidate, evaluate
from policies.checks.limits import Census, select
from policies.checks.platforms import OPERATORS
from policies.checks.protection import protecting_pattern
from policies.checks.reasons import OUT_OF_SCOPE, Reason
from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey
from policies.policy.document import EnforcementPolicy
from policies.policy.unmet_patterns import UnmetPattern, find_unmet_patterns
from policies.runs.first_window import FIRST_WINDOW_PAUSES, NONE_REMEMBERED, FirstWindows, count_asleep
from policies.sleep.wake_order import order_problems
from policies.times import earliest
from policies.wording import as_name
from policies.workload import Workload


@dataclass(frozen=True)
class ClusterSeen:
    """A cluster as it was seen at one moment: all that a plan is made of."""

    at: datetime
    workloads: Sequence[Workload]
    gathered: Gathered
    namespace: str | None = None
    """The only one that the plan tells of, where only one is asked for. Limits and shares are the whole cluster's."""
    instance: str | None = None
    """Whose sleepers are ours, where that is known."""
    cron_jobs: Sequence[CronJob] = ()
    budgets: Sequence[Budget] = ()
    unreadable: tuple[str, ...] = ()
    """The Deployments that could not be understood, and why."""
    blind_to: tuple[str, ...] = ()
    """What the caller may not see, and what that means."""
    whole: bool = True
    """False where only one namespace was looked at: a share of the cluster cannot be reckoned then."""
    selection: PlanSelection = EVERYTHING
    """What of it the plan tells."""

    def tells_of(self, workload: Workload) -> bool:
        """Whether it stands in the plan."""
        return self.namespace in {None, workload.ref.namespace} and self.selection.covers(workload)

    def unmet_by(self, policy: EnforcementPolicy) -> tuple[UnmetPattern, ...]:
        """What of its scope meets no namespace; where they may not be listed, none with a Deployment."""
        if not self.whole:
            return ()
        listed = self.gathered.namespaces
        names = frozenset(each.ref.namespace for each in self.workloads) if listed is None else listed
        return find_unmet_patterns(policy.spec.scope.namespaces, names, all_known=listed is not None)


def make_plan(
    policies: Iterable[EnforcementPolicy],
    seen: ClusterSeen,
    *,
    interval: timedelta,
    at: datetime | None = None,
    beside: Sequence[EnforcementPolicy] = (),
    first_windows: FirstWindows = NONE_REMEMBERED,
) -> Plan:
    """Judge all workloads by all policies. `interval` is the time between two runs; the policies `beside` them judge
    nothing, but may keep workloads awake. `first_windows` is what their runs remember.

    The instant is `at`, or for each policy the present if one of its windows runs, else the beginning of the next.
    """
    judging, plans = tuple(policies), list[PolicyPlan]()
    seen = replace(seen, workloads=sorted(seen.workloads, key=lambda each: (each.ref.namespace, each.ref.name)))
    surroundings = seen.gathered.surroundings_at(seen.at)
    census = _count(seen.workloads, surroundings) if seen.whole else Census(deployments=0)
    for policy in judging:
        moment = at or _next_moment(policy, seen.at)
        around = seen.gathered.surroundings_at(moment, (*judging, *beside))
        cases = [case_at(seen.gathered, policy, workload, around) for workload in seen.workloads]
        judged = [(case, evaluate(case)) for case in cases]
        then = _count([case.workload for case in cases], around) if seen.whole else census
        planned = _plan_policy(policy, seen, judged, then, moment, interval)
        asleep = count_asleep(seen.workloads, policy, seen.instance, moment)
        room = first_windows.room_of(policy, moment, asleep)
        plans.append(planned.replace(unmet=seen.unmet_by(policy), first_window_room=room))
    paused = {decision.ref.key: decision for plan in plans for decision in plan.pauses}
    costs = seen.gathered.costs
    return Plan(
        judged_at=seen.at,
        policies=tuple(plans),
        sleepers=tuple(
            _as_sleep(workload, seen.instance)
            for workload in seen.workloads
            if is_sleeper(workload) and seen.tells_of(workload)
        ),
        caveats=(*_find_caveats(seen, paused), *_find_due(seen.cron_jobs, zip(judging, plans, strict=True))),
        census=census,
        saving=add_savings_of_all(paused.values(), _allowances_of(judging, plans, seen.at)),
        unknowns=(*seen.blind_to, *_find_unknowns(seen.gathered, judging), *_tell_unknown(first_windows)),
        costs_kept="" if costs.problem else costs.kept,
        unreadable=seen.unreadable,
        order_problems=order_problems(seen.workloads) if seen.namespace is None else (),
        taken_for_operators=_taken_for_operators(plans, surroundings),
    )


def _next_moment(policy: EnforcementPolicy, now: datetime) -> datetime:
    window = next_window(policy, now)
    return now if window is None or window.start is None else max(window.start, now)


def _count(workloads: Iterable[Workload], surroundings: Surroundings) -> Census:
    counted = [workload for workload in workloads if protection_of(workload, surroundings) is None]
    asleep = sum(1 for workload in counted if workload.is_down and notes.PAUSED in workload.annotations)
    return Census(deployments=asleep + sum(1 for workload in counted if not workload.is_down), asleep=asleep)


def _plan_policy(
    policy: EnforcementPolicy,
    seen: ClusterSeen,
    judged: Sequence[tuple[Case, Decision]],
    census: Census,
    now: datetime,
    interval: timedelta,
) -> PolicyPlan:
    decisions = tuple(
        decision for case, decision in judged if seen.tells_of(case.workload) and seen.selection.tells(decision)
    )
    candidates = tuple(as_candidate(case, decision) for case, decision in judged if decision.reason is Reason.PAUSE)
    selection = select(candidates, census, policy.max_actions_per_run, policy.spec.limits.max_affected_percent)
    return PolicyPlan(
        policy=policy.name,
        mode=policy.spec.mode,
        judged_at=now,
        zone=policy.zone,
        suspended=policy.spec.suspend,
        decisions=decisions,
        counts=Counter(decision.reason for decision in decisions),
        saving=add_savings(
            [decision for decision in decisions if decision.reason is Reason.PAUSE], allowance_of(policy, now)
        ),
        considered=add_costs(decision.cost for decision in decisions if decision.reason not in OUT_OF_SCOPE),
        max_actions_per_run=policy.max_actions_per_run,
        census=census,
        first_run=len(selection.chosen),
        last_asleep_at=_last_asleep_at(candidates, policy.max_actions_per_run, now, interval),
        brake=selection.brake,
        until=_wakes_at(policy, now),
    )


def _wakes_at(policy: EnforcementPolicy, paused_at: datetime) -> datetime | None:
    window, longest = running_window(policy, paused_at), policy.spec.resume_after
    return earliest(None if window is None else window.end, None if longest is None else paused_at + longest)


def _allowances_of(
    policies: Iterable[EnforcementPolicy], plans: Iterable[PolicyPlan], now: datetime
) -> dict[WorkloadKey, Allowance]:
    """What the policies that would pause a Deployment allow it together, suspended ones too."""
    pausing: dict[WorkloadKey, list[EnforcementPolicy]] = defaultdict(list)
    for policy, plan in zip(policies, plans, strict=True):
        for each in plan.pauses:
            pausing[each.ref.key].append(policy)
    return {key: allowance_of_all(several, now) for key, several in pausing.items()}


def _last_asleep_at(
    candidates: tuple[Candidate, ...], max_actions: int | None, now: datetime, interval: timedelta
) -> datetime | None:
    """When the run that takes the last candidate begins, the first one beginning now."""
    if not candidates:
        return None
    runs = 1 if max_actions is None else -(-len(candidates) // max_actions)
    return now + (runs - 1) * interval


def _as_sleep(workload: Workload, instance: str | None) -> PlannedSleep:
    base = PlannedSleep(
        ref=workload.ref,
        policy=notes.read_paused_by(workload.annotations),
        instance=as_name(instance_of(workload)),
        ours=instance is not None and instance_of(workload) == instance,
    )
    try:
        record = notes.read_pause(workload.annotations)
    except InvalidAnnotation as error:
        return base.replace(problem=str(error))
    if record is None:
        return base.replace(problem=f"its record is incomplete: {notes.PAUSED} is missing")
    return base.replace(until=record.resume_at, original_replicas=record.original_replicas, cost=record.cost)


def _find_caveats(seen: ClusterSeen, paused: Mapping[WorkloadKey, Decision]) -> Iterator[Caveat]:
    for workload in seen.workloads:
        if workload.ref.key in paused:
            yield from caveats_of(workload, seen.budgets)


def _find_due(
    cron_jobs: Sequence[CronJob], planned: Iterable[tuple[EnforcementPolicy, PolicyPlan]]
) -> Iterator[Caveat]:
    for policy, plan in planned:
        namespaces = {each.ref.namespace for each in plan.pauses}
        for ref, sentence in warn_of_cron_jobs(cron_jobs, policy, namespaces, plan.judged_at):
            yield Caveat(ref=ref, kind=CaveatKind.CRON_JOB, sentence=sentence)


def _find_unknowns(gathered: Gathered, policies: Iterable[EnforcementPolicy]) -> Iterator[str]:
    if gathered.costs.problem:
        meanwhile = f"; {gathered.costs.kept}" if gathered.costs.kept else ""
        yield f"what anything costs: {gathered.costs.problem}{meanwhile}"
    if gathered.idleness.problem and any(policy.spec.idle_window is not None for policy in policies):
        yield f"whether anything is idle, so a policy with idleWindow pauses nothing: {gathered.idleness.problem}"


def _tell_unknown(first_windows: FirstWindows) -> Iterator[str]:
    if first_windows.unknown:
        named = ", ".join(sorted(first_windows.unknown))
        yield (
            f"whether the first window of {named} is over, in which at most {FIRST_WINDOW_PAUSES} go to sleep: "
            "Temporal cannot be asked, and it counts as over here"
        )


def _taken_for_operators(plans: Iterable[PolicyPlan], surroundings: Surroundings) -> tuple[str, ...]:
    protected = (each for plan in plans for each in plan.decisions if each.reason is Reason.PROTECTED)
    namespaces = sorted({each.ref.namespace for each in protected})
    return tuple(each for each in namespaces if protecting_pattern(each, surroundings) == OPERATORS)
