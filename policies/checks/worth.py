"""Does it do nothing, and is that worth anything?"""

from policies.checks.case import Case, Check, Finding
from policies.reasons import Reason


class IdleCheck(Check):
    """Idleness has no judge yet, and unknown never pauses."""

    reasons = (Reason.NOT_IDLE, Reason.IDLE_UNKNOWN)

    def judge(self, case: Case) -> Finding | None:
        """IdleUnknown wherever the policy asks for idleness."""
        if case.policy.spec.idle_window is None:
            return None
        return Finding(
            reason=Reason.IDLE_UNKNOWN,
            sentence="the policy asks for idleness, and no source of idleness is there yet: unknown never pauses",
            evidence={"idle window": str(case.policy.spec.idle_window)},
        )


class CostCheck(Check):
    """The policy's `minHourlyCost`, against a cost that can be one."""

    reasons = (Reason.COST_BELOW_THRESHOLD, Reason.COST_UNKNOWN)

    def judge(self, case: Case) -> Finding | None:
        """CostBelowThreshold, or CostUnknown where no source gives a believable figure."""
        threshold = case.policy.spec.min_hourly_cost
        if threshold is None:
            return None
        answer = case.cost.within(case.surroundings.max_hourly_cost)
        cost = answer.cost
        if cost is None:
            sentence = f"its cost is unknown: {answer.unknown_because}"
            return Finding(reason=Reason.COST_UNKNOWN, sentence=sentence, evidence=answer.evidence)
        if cost.amount < threshold:
            return Finding(
                reason=Reason.COST_BELOW_THRESHOLD,
                sentence=f"it costs {cost.amount:.4f} {cost.currency} an hour, less than {threshold:g}",
                evidence={"threshold": f"{threshold:g} {cost.currency}/h"},
            )
        return None
