"""A policy replayed over the past that Prometheus knows, to trust it before it acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from activities.idleness.history import SECONDS, PrometheusHistory
from activities.idleness.question import IdlenessQuestion
from activities.kube.objects.routing import read_routing
from activities.prometheus.expressions import SeriesScope
from operations.errors import UsageProblem
from operations.installation import Installation
from operations.listing import list_workloads
from operations.plans.backtest import Backtest, replay, terms_to_ask
from operations.plans.policies import choose_policies
from operations.times import read_duration, read_moment
from policies.policy.document import EnforcementPolicy
from policies.wording import count as count_of

MOST_MOMENTS = 2_000
_DEFAULT_SPAN = timedelta(days=14)
_SHORTEST_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Span:
    """The moments of a past: the first one, the time between two, and how many there are."""

    first: datetime
    step: timedelta
    count: int

    def __iter__(self) -> Iterator[datetime]:
        return (self.first + self.step * number for number in range(self.count))

    @property
    def last(self) -> datetime:
        """The last moment."""
        return self.first + self.step * (self.count - 1)


def read_span(start: str | None, end: str | None, every: str, *, now: datetime) -> Span:
    """From `start` (14 days before the end) to `end` (the last full hour at most). Raises UsageProblem."""
    step = read_duration(every, "--every")
    full_hour = now.replace(minute=0, second=0, microsecond=0)
    last = full_hour if end is None else min(read_moment(end, "--to", whole_day=True), full_hour)
    first = last - _DEFAULT_SPAN if start is None else read_moment(start, "--from")
    if first >= last:
        raise UsageProblem("--from must lie before --to, and in the past")
    if step < _SHORTEST_STEP:
        raise UsageProblem("--every must be at least 5m, which is how often a policy runs")
    count = int((last - first) / step) + 1
    if count > MOST_MOMENTS:
        raise UsageProblem(
            f"that is {count_of(count, 'evaluation')}, {MOST_MOMENTS:,} at most: choose a longer --every"
        )
    return Span(first, step, count)


def choose_policy(installation: Installation, named: str) -> EnforcementPolicy:
    """The one applied policy of this name, or of this file. Raises UsageProblem, PolicyError."""
    chosen = choose_policies(installation, [named]).policies
    if len(chosen) != 1:
        raise UsageProblem(f"{named} holds {count_of(len(chosen), 'policy')}; a backtest replays one")
    return chosen[0]


def open_past(installation: Installation) -> PrometheusHistory:
    """The past as the Prometheus of the settings knows it. Nothing is sent yet. Raises UsageProblem without one."""
    prometheus = installation.cluster.prometheus(SECONDS, asks_once=False)
    if prometheus is None:
        raise UsageProblem("there is no past to replay: name a Prometheus with FINOPS_PROMETHEUS_URL")
    return PrometheusHistory(prometheus, partial(read_routing, installation.cluster.transport))


def replay_past(
    installation: Installation, policy: EnforcementPolicy, past: PrometheusHistory, *, span: Span, now: datetime
) -> Backtest:
    """What the policy would have paused, and which of those pauses had work inside.

    Raises KubernetesError, PrometheusError.
    """
    found = list_workloads(installation).workloads
    workloads = [each for each in found if policy.is_about(each.ref.namespace, each.labels)]
    with installation.listener.progress("asking for costs and autoscalers"):
        gathered = installation.cluster.gatherer().gather(now)
    terms = terms_to_ask(policy, span)
    question = IdlenessQuestion.of(terms, SeriesScope.of(policy.spec.scope, installation.cluster.series_filters()))
    base = Backtest(
        policy=policy.name,
        mode=policy.spec.mode,
        zone=policy.zone,
        first=span.first,
        last=span.last,
        every=span.step,
    )
    with installation.listener.counting("asking Prometheus, query") as advance:
        moments = past.moments(question, span.first, span.step, span.count, advance)
        return replay(policy, workloads, gathered, moments, base)
