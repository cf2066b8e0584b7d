"""A part of a plan: some workloads, or some reasons. Limits and shares are those of the whole plan."""

from policies.checks.decision import Decision
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.policy.selectors import LabelSelector
from policies.workload import Workload


class PlanSelection(Frozen):
    """What of a plan is asked for; all of it unless said."""

    labels: LabelSelector | None = None
    reasons: frozenset[Reason] = frozenset()
    """The decisions to tell; none named: all."""

    def covers(self, workload: Workload) -> bool:
        """Whether a workload is asked for."""
        return self.labels is None or self.labels.matches(workload.labels)

    def tells(self, decision: Decision) -> bool:
        """Whether a decision is, on a workload that is."""
        return not self.reasons or decision.reason in self.reasons


EVERYTHING = PlanSelection()
