"""What a Prometheus has of all that idleness is measured by, asked as a run asks it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.errors import PrometheusError
from activities.idleness.pod_series import CpuSeries, MemorySeries, NetworkSeries
from activities.idleness.question import SEEN, ZERO, IdlenessQuestion, past, present_proxies
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import Expression, Filters, SeriesScope, Vector
from policies.idleness.season import ENOUGH_WEEKS
from policies.idleness.signal import CPU, MEMORY, NETWORK
from policies.idleness.terms import IdleTerms
from policies.policy.document import EnforcementPolicy

SECONDS = 20.0
"""For everything: a person waits."""

_TWO_NEEDED = "two quiet signals are needed, so most of what is idle stays unknown (IdleUnknown)"
_MISSED = {
    CPU: (CpuSeries.metrics[0], _TWO_NEEDED),
    NETWORK: (" or ".join(NetworkSeries.metrics), _TWO_NEEDED),
    MEMORY: (MemorySeries.metric, "a change in memory is not seen"),
}
_WINDOW = timedelta(hours=48)


@dataclass(frozen=True)
class Seen:
    """What was found. `unseen` says what it means, by what is missing; `ahead` is its clock before ours."""

    policy: str = ""
    """The one whose question was asked: the most demanding."""
    there: tuple[str, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
    weeks: int = 0
    """Past weeks of which anything was seen, latest first and without a gap."""
    ahead: timedelta = timedelta(0)
    problem: str = ""


def look_around(prometheus: Prometheus, now: datetime, policies: Iterable[EnforcementPolicy], filters: Filters) -> Seen:
    """Ask for the clock, and one query of each kind that a run of the most demanding policy asks.

    Limits and matchers are met as a run would meet them.
    """
    policy = max(
        (each for each in policies if each.spec.idle_window is not None),
        key=lambda each: each.spec.idle_window or _WINDOW,
        default=None,
    )
    window = _WINDOW if policy is None or policy.spec.idle_window is None else policy.spec.idle_window
    scope = SeriesScope(("*",), filters=filters) if policy is None else SeriesScope.of(policy.spec.scope, filters)
    question = IdlenessQuestion.of(IdleTerms(at=now, window=window), scope)
    deadline, name = prometheus.deadline(SECONDS), "" if policy is None else policy.name
    try:
        ahead = prometheus.read_clock(deadline) - now
        answers: dict[str, Vector] = {"": prometheus.query(question.presence(), now, deadline)}
        proxies = present_proxies(answers)
        for expression in (*question.of_window(proxies), *_of_past(question)):
            answers[expression.name] = prometheus.query(expression, now, deadline)
    except PrometheusError as error:
        return Seen(name, problem=str(error))
    unseen = {metric: so for what, (metric, so) in _MISSED.items() if not _is_there(answers, what)}
    if not answers[past(ZERO, 1)]:
        unseen["kube_deployment_spec_replicas"] = "hours at zero do not count as quiet ones"
    weeks = next((number - 1 for number in question.weeks if not answers[past(SEEN, number)]), len(question.weeks))
    if weeks < ENOUGH_WEEKS:
        unseen[f"{ENOUGH_WEEKS} past weeks"] = "idleWindow must be 168h or more, or seasonGate Off"
    there = [what for what in _MISSED if _is_there(answers, what)] + [f"requests ({each.source})" for each in proxies]
    return Seen(name, tuple(there), unseen, weeks, ahead)


def _of_past(question: IdlenessQuestion) -> Iterator[Expression]:
    """All of the oldest week, and of every week whether it was seen."""
    wanted = {past(SEEN, number) for number in question.weeks} | {past(ZERO, 1), past(CPU, question.weeks[-1])}
    return (expression for expression in question.of_past(()) if expression.name in wanted)


def _is_there(answers: Mapping[str, Vector], what: str) -> bool:
    return any(vector for name, vector in answers.items() if name.startswith(f"{what} ") and "weeks ago" not in name)
