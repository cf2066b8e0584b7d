"""Is it time, and is this workload meant at all?"""

from policies.calendar.sleep_windows import next_window, tell_next
from policies.checks.case import AnswerKind, Case, Check, Finding, Question
from policies.checks.reasons import Reason
from policies.durations import format_duration
from policies.times import tell_instant, to_rfc3339
from policies.wildcards import matches


class ScheduleCheck(Check):
    """A policy with a schedule acts inside its windows only, and not just before one ends."""

    reasons = (Reason.OUTSIDE_SCHEDULE, Reason.ENDS_SOON)

    def ask(self, case: Case) -> Question:
        """Whether a window runs, and for long enough."""
        if case.policy.spec.schedule is None:
            return Question(text="within the schedule?", clears=AnswerKind.YES, not_asked="the policy has no schedule")
        least = format_duration(case.surroundings.min_sleep)
        return Question(text=f"within the schedule, for another {least}?", clears=AnswerKind.YES)

    def show(self, case: Case) -> str:
        """When the window ends."""
        window = next_window(case.policy, case.surroundings.now)
        if window is None or window.end is None:
            return "the window has no end"
        return f"until {tell_instant(window.end, case.policy.zone, case.surroundings.now)}"

    def judge(self, case: Case) -> Finding | None:
        """OutsideSchedule, or EndsSoon where the sleep would be shorter than the minimum."""
        now = case.surroundings.now
        window = next_window(case.policy, now)
        if window is None or not window.includes(now):
            return Finding(reason=Reason.OUTSIDE_SCHEDULE, sentence=f"the policy {tell_next(window, case.policy, now)}")
        if window.end is not None and window.end - now < case.surroundings.min_sleep:
            end = tell_instant(window.end, case.policy.zone, now)
            return Finding(
                reason=Reason.ENDS_SOON,
                sentence=f"the window ends at {end}, too soon for a sleep to be worth it",
                evidence={"window end": to_rfc3339(window.end), "shortest sleep": str(case.surroundings.min_sleep)},
            )
        return None


class ScopeCheck(Check):
    """The policy's namespaces and label selector."""

    reasons = (Reason.NAMESPACE_NOT_IN_SCOPE, Reason.LABELS_DO_NOT_MATCH)

    def ask(self, case: Case) -> Question:  # noqa: ARG002 - every policy asks it alike
        """Whether it is one of those that the policy is about."""
        return Question(text="in the policy's scope?", clears=AnswerKind.YES)

    def show(self, case: Case) -> str:
        """The pattern that takes its namespace in."""
        namespace = case.workload.ref.namespace
        pattern = next(each for each in case.policy.spec.scope.namespaces.include if matches(each, namespace))
        return f"namespace {namespace}" + ("" if pattern == namespace else f" matches {pattern}")

    def judge(self, case: Case) -> Finding | None:
        """NamespaceNotInScope or LabelsDoNotMatch."""
        scope = case.policy.spec.scope
        namespace = case.workload.ref.namespace
        if not scope.covers_namespace(namespace):
            return Finding(
                reason=Reason.NAMESPACE_NOT_IN_SCOPE,
                sentence=f"namespace {namespace} is not in the policy's scope",
                evidence={
                    "include": ", ".join(scope.namespaces.include),
                    "exclude": ", ".join(scope.namespaces.exclude),
                },
            )
        if not scope.selects_labels(case.workload.labels):
            return Finding(
                reason=Reason.LABELS_DO_NOT_MATCH,
                sentence="its labels do not match the policy's selector",
                evidence={"labels": ", ".join(f"{key}={value}" for key, value in sorted(case.workload.labels.items()))},
            )
        return None
