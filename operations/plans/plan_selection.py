"""A part of a plan: some workloads, or some reasons. Limits and shares are those of the whole plan."""

from collections import Counter

from operations.costs.money import add_up
from operations.plans.make_plan import ClusterSeen
from operations.plans.plan import Plan, PolicyPlan
from policies.checks.decision import Decision
from policies.checks.reasons import OUT_OF_SCOPE, Reason
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.policy.selectors import LabelSelector


class PlanSelection(Frozen):
    """What of a plan is asked for; all of it unless said."""

    labels: LabelSelector | None = None
    reasons: frozenset[Reason] = frozenset()
    """The decisions to keep; none named: all."""


EVERYTHING = PlanSelection()


def select_of(plan: Plan, seen: ClusterSeen, selection: PlanSelection) -> Plan:
    """The part of a plan that is asked for, with its sums made anew."""
    if selection == EVERYTHING:
        return plan
    labels = selection.labels
    kept = frozenset(each.ref.key for each in seen.workloads if labels is None or labels.matches(each.labels))
    policies = tuple(_narrow(each, kept, selection) for each in plan.policies)
    paused = {decision.ref.key: decision for policy in policies for decision in policy.pauses}
    namespaces = {key.namespace for key in paused}
    return plan.replace(
        policies=policies,
        sleepers=tuple(each for each in plan.sleepers if each.ref.key in kept),
        caveats=tuple(
            each for each in plan.caveats if each.ref.key in paused or _is_beside(each.ref.key, seen, namespaces)
        ),
        saving=add_up(paused.values()),
    )


def _narrow(plan: PolicyPlan, kept: frozenset[WorkloadKey], selection: PlanSelection) -> PolicyPlan:
    decisions = tuple(each for each in plan.decisions if each.ref.key in kept and _is_asked_for(each, selection))
    return plan.replace(
        decisions=decisions,
        counts=Counter(each.reason for each in decisions),
        saving=add_up(each for each in decisions if each.reason is Reason.PAUSE),
        considered=add_up(each for each in decisions if each.reason not in OUT_OF_SCOPE),
    )


def _is_asked_for(decision: Decision, selection: PlanSelection) -> bool:
    return not selection.reasons or decision.reason in selection.reasons


def _is_beside(key: WorkloadKey, seen: ClusterSeen, namespaces: set[str]) -> bool:
    """Whether it is of something else than a workload, such as a CronJob, in one of these namespaces."""
    return key.namespace in namespaces and all(key != each.ref.key for each in seen.workloads)
