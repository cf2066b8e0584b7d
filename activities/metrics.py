"""What is measured for /metrics. Gauges tell the truth of the last reconciliation, so that they survive a worker;
counters begin with it.

Every series has the cluster that it is about. The other labels are bounded: by codes of ours, by policies, and
namespaces by `MOST_NAMESPACES`.
"""

import time
from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from activities.cluster_context import current_cluster
from policies.checks.reasons import Reason

MOST_NAMESPACES = 200
"""With a series of their own, those with most asleep first; the others are counted together."""
OTHERS = "(others)"
MOST_CURRENCIES = 10
"""They are read from annotations, where anybody may write any."""

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_LONG_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)

_PAUSED = Gauge("finops_paused_workloads", "Workloads that sleep now, by namespace.", ["cluster", "namespace"])
_PAUSED_ALIAS = Gauge(
    "finops_paused_resources_total", "The same as finops_paused_workloads, which see.", ["cluster", "namespace"]
)
"""The name that the design gave it. By Prometheus' rules only a counter ends in `_total`."""
_SAVED = Gauge(
    "finops_saved_per_hour",
    "What they save an hour while they sleep, at the price when they were paused.",
    ["cluster", "currency"],
)
_SAVINGS_USD = Gauge(
    "finops_estimated_savings_usd",
    "What a month by the calendars of the policies saves at most of what sleeps now, in USD (estimate).",
    ["cluster"],
)
_SAVINGS = Gauge("finops_estimated_savings", "The same in any currency.", ["cluster", "currency"])
_NOT_UNDERSTOOD = Gauge("finops_unreadable_deployments", "Deployments that could not be understood.", ["cluster"])
_DUE = Gauge("finops_due_within_hour", "Sleepers whose time comes within the hour, or has come.", ["cluster"])
_OVERDUE = Gauge("finops_overdue_seconds", "How long the sleeper that waits longest is past its time.", ["cluster"])
_LAST_CYCLE = Gauge(
    "finops_last_successful_cycle_timestamp_seconds", "When a reconciliation last came to its end.", ["cluster"]
)
_SERVED = Gauge("finops_cluster_served", "Whether this process has a worker up for the cluster.", ["cluster"])
_MISSING_RIGHTS = Gauge(
    "finops_missing_rights", "Optional rights that the settings have a use for, and that are missing.", ["cluster"]
)
_TROUBLES = Gauge(
    "finops_part_in_trouble", "Whether a part that the worker goes on without was bad, by part.", ["cluster", "part"]
)
_CYCLES = Histogram("finops_cycle_seconds", "How long a cycle took.", ["cluster", "kind"], buckets=_LONG_SECONDS)
_EVENTS_DROPPED = Counter("finops_events_dropped", "Kubernetes Events that could not be written.", ["cluster"])
_ACTIONS = Counter("finops_actions_taken", "Pauses and wakes that were carried out.", ["cluster", "policy", "action"])
_DECISIONS = Counter("finops_decisions", "Decisions on Deployments, by reason.", ["cluster", "reason"])
_ERRORS = Counter("finops_errors", "Requests that failed, by kind of error.", ["cluster", "kind"])
_KUBERNETES = Histogram(
    "finops_kubernetes_request_seconds", "Requests to the API server, by verb.", ["cluster", "verb"], buckets=_SECONDS
)
_COSTS = Histogram("finops_opencost_request_seconds", "Requests to OpenCost.", ["cluster"], buckets=_LONG_SECONDS)


def show_sleepers(
    saved: Mapping[str, Sequence[float]], months: Mapping[str, float], namespaces: Mapping[str, int]
) -> None:
    """Show these: what each saves an hour, by currency, what a month of them comes to, and how many sleep in which
    namespace.
    """
    totals = sorted(((sum(amounts), currency) for currency, amounts in saved.items() if currency), reverse=True)
    rates = {currency: rate for rate, currency in totals[:MOST_CURRENCIES]}
    months = {currency: months.get(currency, 0) for currency in rates}
    _SAVINGS_USD.labels(current_cluster()).set(months.get("USD", 0))
    _show(_SAVED, rates)
    _show(_SAVINGS, months)
    ranked = sorted(namespaces.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ranked[MOST_NAMESPACES:])
    shown = dict(ranked[:MOST_NAMESPACES]) | ({OTHERS: rest} if rest else {})
    for gauge in (_PAUSED, _PAUSED_ALIAS):
        _show(gauge, shown)


def _show(gauge: Gauge, values: Mapping[str, float]) -> None:
    """Show these of the current cluster, and no others. What stays is never gone in between, while somebody reads."""
    cluster = current_cluster()
    for label, value in values.items():
        gauge.labels(cluster, label).set(value)
    (family,) = gauge.collect()
    shown = [tuple(each.labels.values()) for each in family.samples if each.labels["cluster"] == cluster]
    for labels in shown:
        if labels[1] not in values:
            gauge.remove(*labels)


def show_not_understood(deployments: int) -> None:
    """Show how many Deployments could not be read at the last reconciliation."""
    _NOT_UNDERSTOOD.labels(current_cluster()).set(deployments)


def show_troubles(troubles: Mapping[str, str]) -> None:
    """Show which parts are in trouble: by part a sentence, empty where nothing is wrong."""
    for part, sentence in troubles.items():
        _TROUBLES.labels(current_cluster(), part).set(bool(sentence))


def show_served(served: bool) -> None:
    """Show whether the current cluster has a worker in this process."""
    _SERVED.labels(current_cluster()).set(served)


def show_missing_rights(number: int) -> None:
    """Show how many optional rights are missing."""
    _MISSING_RIGHTS.labels(current_cluster()).set(number)


def show_cycle(due_within_hour: int, overdue_seconds: float) -> None:
    """Note the end of a reconciliation, and show what is waiting."""
    cluster = current_cluster()
    _DUE.labels(cluster).set(due_within_hour)
    _OVERDUE.labels(cluster).set(overdue_seconds)
    _LAST_CYCLE.labels(cluster).set_to_current_time()


def count_action(policy: str, action: str) -> None:
    """Count a pause or a wake that was carried out."""
    _ACTIONS.labels(current_cluster(), policy or "unknown", action).inc()


def actions_by_policy() -> Counts[str]:
    """How many actions this process has counted under each policy of the cluster."""
    (family,) = _ACTIONS.collect()
    counted = Counts[str]()
    for each in family.samples:
        if each.name.endswith("_total") and each.labels["cluster"] == current_cluster():
            counted[each.labels["policy"]] += int(each.value)
    return counted


def count_decisions(decisions: Mapping[Reason, int]) -> None:
    """Count these decisions by reason."""
    for reason, number in decisions.items():
        _DECISIONS.labels(current_cluster(), reason).inc(number)


def count_dropped_event() -> None:
    """Count an Event that could not be written."""
    _EVENTS_DROPPED.labels(current_cluster()).inc()


def count_cycle(kind: str, seconds: float) -> None:
    """Count a cycle, and how long it took."""
    _CYCLES.labels(current_cluster(), kind).observe(seconds)


@contextmanager
def measuring_kubernetes(verb: str) -> Iterator[None]:
    """Measure a request to the API server, and count how it failed."""
    with _measuring(_KUBERNETES.labels(current_cluster(), verb)):
        yield


@contextmanager
def measuring_opencost() -> Iterator[None]:
    """Measure a request to OpenCost, and count how it failed."""
    with _measuring(_COSTS.labels(current_cluster())):
        yield


@contextmanager
def _measuring(histogram: Histogram) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except Exception as error:
        _ERRORS.labels(current_cluster(), type(error).__name__).inc()
        raise
    finally:
        histogram.observe(time.monotonic() - began)
