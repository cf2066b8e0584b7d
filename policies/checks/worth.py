"""Does it do nothing, and is that worth anything?"""

from policies.checks.case import AnswerKind, Case, Check, Finding, Question
from policies.checks.reasons import Reason
from policies.durations import format_duration
from policies.idleness.answers import IdlenessVerdict
from policies.wording import amount


class IdleCheck(Check):
    """The policy's `idleWindow`, against what was measured. Unknown never pauses."""

    reasons = (Reason.NOT_IDLE, Reason.IDLE_UNKNOWN)

    def ask(self, case: Case) -> Question:
        """Whether it did nothing for as long as the policy says."""
        window = case.policy.spec.idle_window
        if window is None:
            return Question(text="idle?", clears=AnswerKind.YES, not_asked="the policy has no idleWindow")
        return Question(text=f"idle for {format_duration(window)}?", clears=AnswerKind.YES)

    def show(self, case: Case) -> str:
        """What was measured."""
        return case.idleness.sentence

    def judge(self, case: Case) -> Finding | None:
        """NotIdle, or IdleUnknown where no verdict can be given."""
        window, answer = case.policy.spec.idle_window, case.idleness
        if window is None or answer.verdict is IdlenessVerdict.IDLE:
            return None
        evidence = {"idle window": format_duration(window), **answer.evidence}
        if answer.verdict is IdlenessVerdict.BUSY:
            return Finding(reason=Reason.NOT_IDLE, sentence=f"it is not idle: {answer.sentence}", evidence=evidence)
        sentence = f"whether it is idle is unknown: {answer.sentence}"
        return Finding(reason=Reason.IDLE_UNKNOWN, sentence=sentence, evidence=evidence)


class CostCheck(Check):
    """The policy's `minHourlyCost`, against a cost that is believed."""

    reasons = (Reason.COST_BELOW_THRESHOLD, Reason.COST_UNKNOWN)

    def ask(self, case: Case) -> Question:
        """Whether a sleep saves as much as the policy says."""
        threshold, cost = case.policy.spec.min_hourly_cost, case.cost.cost
        if threshold is None:
            return Question(text="costs enough?", clears=AnswerKind.YES, not_asked="the policy has no minHourlyCost")
        currency = "" if cost is None else f" {cost.currency}"
        return Question(text=f"costs at least {threshold:g}{currency} an hour?", clears=AnswerKind.YES)

    def show(self, case: Case) -> str:
        """What it costs."""
        return str(case.cost.cost)

    def judge(self, case: Case) -> Finding | None:
        """CostBelowThreshold, or CostUnknown where no source gives a believable figure."""
        threshold = case.policy.spec.min_hourly_cost
        if threshold is None:
            return None
        answer = case.cost
        cost = answer.cost
        if cost is None:
            sentence = f"its cost is unknown: {answer.unknown_because}"
            return Finding(reason=Reason.COST_UNKNOWN, sentence=sentence, evidence=answer.evidence)
        if cost.amount < threshold:
            return Finding(
                reason=Reason.COST_BELOW_THRESHOLD,
                sentence=f"it costs {amount(cost.amount, cost.currency, places=4)} an hour, less than {threshold:g}",
                evidence={"threshold": f"{threshold:g} {cost.currency}/h"},
            )
        return None
