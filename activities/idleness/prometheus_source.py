"""Idleness by Prometheus: one round of queries a run, whatever the number of workloads."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from activities.alerts.raised import Episode
from activities.errors import Denied, PrometheusError
from activities.idleness.observations import Observed
from activities.idleness.pod_series import HOUR
from activities.idleness.question import IdlenessQuestion, present_proxies
from activities.idleness.source import Idleness, NoIdleness, TellsUsage
from activities.kube.objects.pods import RunningPod
from activities.kube.objects.routing import Routing
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import ALL, STEP, Expression, Filters, SeriesScope, Vector
from policies.idleness.answers import IdleAnswer
from policies.idleness.terms import IdleTerms, terms_of
from policies.idleness.verdict import judge_idleness
from policies.keys import WorkloadKey
from policies.policy.document import EnforcementPolicy
from policies.sleep.clocks import TOLERANCE, say_ahead
from policies.workload import Workload

SECONDS = 40.0
"""For all queries of a run: less than the activity that waits for them may take."""
_KEPT = 256
"""Vectors: those of a few policies, for as long as they hold."""

_MEANWHILE = "nothing is paused by a policy with idleWindow meanwhile"
_NOT_NOW = "nothing was asked, because the policy would not pause it now"

ReadPods = Callable[[Callable[[str], bool]], Mapping[WorkloadKey, tuple[RunningPod, ...]]]


@dataclass(frozen=True)
class Measured:
    """What was measured for the policies of a run."""

    at: datetime
    filters: Filters
    observed: Mapping[IdlenessQuestion, Observed]
    problem: str = ""

    def judge(self, workload: Workload, policy: EnforcementPolicy) -> IdleAnswer:
        """By what was seen of it; unknown where nothing was asked, because the policy does not want it asleep now."""
        terms = terms_of(policy, self.at)
        if self.problem:
            return IdleAnswer(sentence=self.problem, window=policy.spec.idle_window)
        if terms is None or workload.is_down or not policy.spec.scope.covers_namespace(workload.ref.namespace):
            return IdleAnswer(sentence=_NOT_NOW)
        seen = self.observed[question_of(terms, policy, self.filters)].of(workload)
        return judge_idleness(workload, seen, terms)


class PrometheusSource:
    """One Prometheus, and the pods that Kubernetes knows. Asked by one run at a time; answers are kept for a while."""

    def __init__(
        self,
        prometheus: Prometheus,
        read_pods: ReadPods,
        read_routing: Callable[[], Routing],
        own_clock: Callable[[], datetime],
        filters: Filters = ALL,
    ) -> None:
        """`own_clock` is this machine's, which Prometheus's is compared with; `filters` are about all series."""
        self._prometheus = prometheus
        self._read_pods = read_pods
        self._read_routing = read_routing
        self._own_clock = own_clock
        self._filters = filters
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, datetime], Vector] = OrderedDict()
        self._trouble = Episode("idleness")

    @property
    def trouble(self) -> str:
        """Why nothing is known."""
        return self._trouble.problem

    def fetch(
        self, at: datetime, policies: Iterable[EnforcementPolicy], averages: TellsUsage | None = None
    ) -> Idleness:
        """All that these policies need to know at that moment. Raises KubernetesError."""
        asking = [(policy, terms) for policy in policies if (terms := terms_of(policy, at)) is not None]
        if not asking:
            return NoIdleness(IdleAnswer(sentence=_NOT_NOW), problem="")
        questions = {question_of(terms, policy, self._filters) for policy, terms in asking}
        with self._lock:
            try:
                measured = self._measure(at, questions, [policy for policy, _ in asking], averages)
            except PrometheusError as error:
                measured = Measured(at, self._filters, {}, str(error))
            except Denied as error:
                measured = Measured(at, self._filters, {}, f"the pods of a Deployment cannot be told: {error}")
        problem = measured.problem
        self._trouble.tell(f"{problem}: {_MEANWHILE}" if problem else "", over="it is known again")
        return measured

    def _measure(
        self,
        at: datetime,
        questions: Iterable[IdlenessQuestion],
        policies: list[EnforcementPolicy],
        averages: TellsUsage | None,
    ) -> Measured:
        deadline = self._prometheus.deadline(SECONDS)
        ahead = self._prometheus.read_clock(deadline) - self._own_clock()
        if abs(ahead) > TOLERANCE:
            return Measured(at, self._filters, {}, f"the clock of Prometheus is {say_ahead(ahead)} this machine's")
        pods = self._read_pods(
            lambda namespace: any(policy.spec.scope.covers_namespace(namespace) for policy in policies)
        )
        crashing = any(pod.crash_looping for each in pods.values() for pod in each)
        observed: dict[IdlenessQuestion, Observed] = {}
        routing: Routing | None = None
        for question in questions:
            answers = {"": self._ask(question.presence(), _floor(at, STEP), deadline)}
            proxies = present_proxies(answers)
            if proxies and routing is None:
                routing = self._read_routing()
            of_crashes = question.of_crashes() if crashing else ()
            for expression in (*question.of_window(proxies), *of_crashes):
                answers[expression.name] = self._ask(expression, _floor(at, STEP), deadline)
            for expression in question.of_past(proxies):
                answers[expression.name] = self._ask(expression, _floor(at, HOUR), deadline)
            observed[question] = Observed(at, question, answers, proxies, pods, routing or Routing(), averages)
        return Measured(at, self._filters, observed)

    def _ask(self, expression: Expression, at: datetime, deadline: float) -> Vector:
        """The answer to an expression, kept: several policies ask the same, and past weeks are the same for an hour."""
        wanted = (expression.query, at)
        if wanted not in self._kept:
            self._kept[wanted] = self._prometheus.query(expression, at, deadline)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(wanted)
        return self._kept[wanted]


def question_of(terms: IdleTerms, policy: EnforcementPolicy, filters: Filters) -> IdlenessQuestion:
    """What is asked of Prometheus for a policy."""
    return IdlenessQuestion.of(terms, SeriesScope.of(policy.spec.scope, filters))


def _floor(at: datetime, step: timedelta) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // step.total_seconds() * step.total_seconds(), at.tzinfo)
