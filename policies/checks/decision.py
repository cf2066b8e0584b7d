"""The decision on one running workload: pause it, or the first reason not to."""

from collections.abc import Iterable, Mapping

from policies.annotations import PREFIX
from policies.checks import AT_THE_WRITE, BY_HAND, CHECKS, AnswerKind, Case, Check, Finding, Question
from policies.checks.marks import unreadable
from policies.checks.reasons import NOT_KNOWN, Reason
from policies.costs.cost import EarlierCost, HourlyCost, Requests
from policies.errors import InvalidAnnotation
from policies.models import Frozen
from policies.names import MANUAL
from policies.policy.document import EnforcementPolicy, Metadata, Namespaces, PolicySpec, Scope
from policies.wording import amount
from policies.workload import Observation, WorkloadRef, observe


class Decision(Frozen):
    """What a policy decides on a workload, why in one sentence, and the figures behind it."""

    policy: str
    ref: WorkloadRef
    reason: Reason
    sentence: str
    evidence: Mapping[str, str] = {}
    """What its cost is by each source that has an opinion, and the figures behind the reason."""
    cost: HourlyCost | None = None
    earlier_cost: EarlierCost | None = None
    """Where the cost is unknown: the last one that was believed, for people to see."""
    replicas: int = 0


class Answer(Frozen):
    """What one check asks about a workload, and the answer."""

    question: str
    reply: AnswerKind
    figures: str = ""
    """What the answer goes by, or why the question was not asked."""
    codes: tuple[Reason, ...]
    """The reasons that the check can give."""
    finding: Finding | None = None
    """The one that it gives; None where it has nothing against a pause."""


class Candidate(Frozen):
    """A workload that may be paused: all that its hibernation needs to begin without another read."""

    seen: Observation
    cost: HourlyCost | None = None
    requests: Requests = Requests()
    """Of one pod: times its count, what a sleep frees."""
    sentence: str = ""
    autoscaled: bool = False
    """A HorizontalPodAutoscaler targets it, and could write over our zero."""


def evaluate(case: Case, checks: tuple[Check, ...] = CHECKS) -> Decision:
    """The decision on a case: the first failing check's reason, else Pause."""
    for check in checks:
        finding = _judge(check, case)
        if finding is not None:
            return _decision(case, finding)
    evidence = {} if case.policy.spec.idle_window is None else case.idleness.evidence
    return _decision(case, Finding(reason=Reason.PAUSE, sentence=_pause_sentence(case), evidence=evidence))


def explain(case: Case) -> tuple[Answer, ...]:
    """What every check asks and answers, in order, including those after the first that fails."""
    return tuple(_answer(check, case) for check in CHECKS)


def object_to_pause_by_hand(case: Case) -> Finding | None:
    """What forbids a pause that a person asked for, or None."""
    return _first_finding(BY_HAND, case)


def object_at_the_write(case: Case) -> Finding | None:
    """What forbids a pause between W1 and W2, on the object that W1 returned; or None. Costs, idleness and autoscalers
    are not asked again, and by hand only what also binds a person.
    """
    by_hand = case.policy.name == MANUAL
    return _first_finding((check for check in AT_THE_WRITE if not by_hand or check in BY_HAND), case)


def manual_policy() -> EnforcementPolicy:
    """The policy of a pause by hand. Its name is refused in a document, so it is put together without validation."""
    spec = PolicySpec(scope=Scope(namespaces=Namespaces(include=("*",))))
    return EnforcementPolicy.model_construct(metadata=Metadata.model_construct(name=MANUAL), spec=spec)


def as_candidate(case: Case, decision: Decision) -> Candidate:
    """A workload that is to be paused, as its hibernation needs it."""
    return Candidate(
        seen=observe(case.workload, PREFIX),
        cost=case.cost.cost,
        requests=case.workload.requests,
        sentence=decision.sentence,
        autoscaled=is_autoscaled(case),
    )


def is_autoscaled(case: Case) -> bool:
    """Whether a HorizontalPodAutoscaler is known to target the workload."""
    autoscalers = case.surroundings.autoscalers
    return autoscalers is not None and case.workload.ref.key in autoscalers.horizontal


def _first_finding(checks: Iterable[Check], case: Case) -> Finding | None:
    return next((finding for check in checks if (finding := _judge(check, case)) is not None), None)


def _judge(check: Check, case: Case) -> Finding | None:
    try:
        return check.judge(case)
    except InvalidAnnotation as error:
        return unreadable(error)


def _answer(check: Check, case: Case) -> Answer:
    question, finding = check.ask(case), _judge(check, case)
    if finding is not None:
        reply, figures = _objecting(check, question, finding), finding.sentence
    elif question.not_asked:
        reply, figures = AnswerKind.NOT_ASKED, question.not_asked
    else:
        reply, figures = question.clears, check.show(case)
    return Answer(question=question.text, reply=reply, figures=figures, codes=check.reasons, finding=finding)


def _objecting(check: Check, question: Question, finding: Finding) -> AnswerKind:
    """The answer behind an objection. A code of another check's is that of an annotation which this one cannot read."""
    if finding.reason in NOT_KNOWN or finding.reason not in check.reasons:
        return AnswerKind.NOT_KNOWN
    return AnswerKind.NO if question.clears is AnswerKind.YES else AnswerKind.YES


def _decision(case: Case, finding: Finding) -> Decision:
    return Decision(
        policy=case.policy.name,
        ref=case.workload.ref,
        reason=finding.reason,
        sentence=finding.sentence,
        evidence={**case.cost.evidence, **finding.evidence},
        cost=case.cost.cost,
        earlier_cost=case.cost.earlier,
        replicas=case.workload.replicas,
    )


def _pause_sentence(case: Case) -> str:
    spec, cost = case.policy.spec, case.cost.cost
    if case.policy.name == MANUAL:
        return "a person asked for it"
    because = []
    if spec.min_hourly_cost is not None and cost is not None:
        because.append(
            f"it costs {amount(cost.amount, cost.currency, places=4)} an hour, at least {spec.min_hourly_cost:g}"
        )
    if spec.idle_window is not None:
        because.append(case.idleness.sentence)
    return ", and ".join(because) or "every condition of the policy holds"
