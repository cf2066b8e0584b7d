"""What a check is given, and what it answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from policies.checks.backends import Backends
from policies.checks.reasons import Reason
from policies.costs.cost import CostAnswer
from policies.idleness.answers import NOT_ASKED, IdleAnswer
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.workload import Workload

DEFAULT_MIN_SLEEP = timedelta(minutes=30)


class Autoscalers(Frozen):
    """The workloads that an autoscaler targets."""

    horizontal: frozenset[WorkloadKey] = frozenset()
    keda: frozenset[WorkloadKey] = frozenset()
    from_zero: frozenset[WorkloadKey] = frozenset()
    """Those whose HorizontalPodAutoscaler has `minReplicas: 0`."""
    scaled_at: Mapping[WorkloadKey, datetime] = {}
    """When a HorizontalPodAutoscaler last scaled each, `status.lastScaleTime`: a count that it brought up from zero
    leaves no owner on the Deployment."""


class Surroundings(Frozen):
    """What a workload's Deployment object does not say, gathered once per run."""

    now: datetime
    cluster: str
    instance: str
    protected_namespaces: tuple[str, ...] = ()
    """Patterns; `kube-*` counts without them."""
    unprotected_namespaces: tuple[str, ...] = ()
    """Names that those patterns are not about."""
    own_namespaces: tuple[str, ...] = ()
    """Where this service lives, and what it cannot do without."""
    autoscalers: Autoscalers | None = None
    """None where the right to read HorizontalPodAutoscalers or ScaledObjects is missing."""
    backends: Backends = Backends()
    """What the API server and this service call, as far as it may be read."""
    ending_namespaces: frozenset[str] = frozenset()
    """Namespaces that are being deleted, as far as they may be listed."""
    namespace_marks: Mapping[str, Mapping[str, str]] = {}
    """The namespaces' own `finops.io/*` annotations, as far as they may be listed."""
    keeping_awake: tuple[EnforcementPolicy, ...] = ()
    """Policies in force whose schedule says `keep: Awake` of this day: a veto on all that they are about."""
    min_sleep: timedelta = DEFAULT_MIN_SLEEP
    max_hourly_cost: float = 10_000
    """A cost above this is an error of the source, not a price."""


class Case(Frozen):
    """One workload before one policy."""

    policy: EnforcementPolicy
    workload: Workload
    surroundings: Surroundings
    cost: CostAnswer
    idleness: IdleAnswer = NOT_ASKED

    @field_validator("cost")
    @classmethod
    def _bound(cls, cost: CostAnswer, given: ValidationInfo) -> CostAnswer:
        """The cost, without a figure that cannot be one: checks, record and savings all go by this."""
        surroundings: Surroundings | None = given.data.get("surroundings")
        return cost if surroundings is None else cost.within(surroundings.max_hourly_cost)


class Finding(Frozen):
    """A reason not to pause: its code, one sentence in plain words, and the figures behind it."""

    reason: Reason
    sentence: str
    evidence: Mapping[str, str] = {}


class AnswerKind(StrEnum):
    """The answer to a check's question."""

    YES = "yes"
    NO = "no"
    NOT_ASKED = "not asked"
    NOT_KNOWN = "not known"


class Question(Frozen):
    """What a check asks about a workload, in the words of people."""

    text: str
    """Such as `idle for 4h?`."""
    clears: AnswerKind = AnswerKind.NO
    """The answer with which the check has nothing against a pause."""
    not_asked: str = ""
    """Why the policy does not ask it; empty where it does."""


class Check:
    """One reason, or a family of reasons, for leaving a workload alone."""

    reasons: ClassVar[tuple[Reason, ...]]

    def ask(self, case: Case) -> Question:
        """The question that `judge` answers, as `finops explain` shows it."""
        raise NotImplementedError

    def show(self, case: Case) -> str:  # noqa: ARG002 - most answers go by nothing that is worth showing
        """The figures by which this check has nothing against a pause; empty where there are none."""
        return ""

    def judge(self, case: Case) -> Finding | None:
        """The reason not to pause, or None where this check has nothing against it.

        Raises InvalidAnnotation where the workload carries a value that cannot be read.
        """
        raise NotImplementedError
