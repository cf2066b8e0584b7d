"""What is measured for /metrics. Gauges tell the truth of the last reconciliation, so that they survive a worker;
counters begin with it.

Labels are bounded: by codes of ours, by policies, and namespaces by `MOST_NAMESPACES`.
"""

import time
from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

from policies.reasons import Reason
from policies.savings import HOURS_PER_MONTH

MOST_NAMESPACES = 200
"""With a series of their own, those with most asleep first; the others are counted together."""
OTHERS = "(others)"
MOST_CURRENCIES = 10
"""They are read from annotations, where anybody may write any."""

_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
_LONG_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)

_PAUSED = Gauge("finops_paused_resources_total", "Deployments that sleep now, by namespace.", ["namespace"])
_SAVED = Gauge("finops_saved_per_hour", "What they save an hour, at the price when they were paused.", ["currency"])
_SAVINGS_USD = Gauge("finops_estimated_savings_usd", "Up to how many USD a month what sleeps now saves (estimate).")
_SAVINGS = Gauge("finops_estimated_savings", "The same in the currencies that are not USD.", ["currency"])
_DUE = Gauge("finops_due_within_hour", "Sleepers whose time comes within the hour, or has come.")
_OVERDUE = Gauge("finops_overdue_seconds", "How long the sleeper that waits longest is past its time.")
_LAST_CYCLE = Gauge("finops_last_successful_cycle_timestamp_seconds", "When a reconciliation last came to its end.")
_CYCLES = Histogram("finops_cycle_seconds", "How long a cycle took.", ["kind"], buckets=_LONG_SECONDS)
_ACTIONS = Counter("finops_actions_taken", "Pauses and wakes that were carried out.", ["policy", "action"])
_DECISIONS = Counter("finops_decisions", "Decisions on Deployments, by reason.", ["reason"])
_ERRORS = Counter("finops_errors", "Requests that failed, by kind of error.", ["kind"])
_KUBERNETES = Histogram(
    "finops_kubernetes_request_seconds", "Requests to the API server, by verb.", ["verb"], buckets=_SECONDS
)
_COSTS = Histogram("finops_opencost_request_seconds", "Requests to OpenCost.", buckets=_LONG_SECONDS)


def show_sleepers(saved: Mapping[str, Sequence[float]], namespaces: Mapping[str, int]) -> None:
    """Show these: what each saves an hour, by currency, and how many sleep in which namespace."""
    _SAVED.clear()
    _SAVINGS.clear()
    _SAVINGS_USD.set(0)
    rates = sorted(((sum(amounts), currency) for currency, amounts in saved.items() if currency), reverse=True)
    for rate, currency in rates[:MOST_CURRENCIES]:
        _SAVED.labels(currency).set(rate)
        (_SAVINGS_USD if currency == "USD" else _SAVINGS.labels(currency)).set(rate * HOURS_PER_MONTH)
    _PAUSED.clear()
    ranked = sorted(namespaces.items(), key=lambda item: (-item[1], item[0]))
    for namespace, count in ranked[:MOST_NAMESPACES]:
        _PAUSED.labels(namespace).set(count)
    if rest := sum(count for _, count in ranked[MOST_NAMESPACES:]):
        _PAUSED.labels(OTHERS).set(rest)


def show_cycle(due_within_hour: int, overdue_seconds: float) -> None:
    """A reconciliation has come to its end, and this is what is waiting."""
    _DUE.set(due_within_hour)
    _OVERDUE.set(overdue_seconds)
    _LAST_CYCLE.set_to_current_time()


def count_action(policy: str, action: str) -> None:
    """A pause or a wake was carried out."""
    _ACTIONS.labels(policy or "unknown", action).inc()


def actions_by_policy() -> Counts[str]:
    """How many actions this process has counted under each policy."""
    (family,) = _ACTIONS.collect()
    counted = Counts[str]()
    for each in family.samples:
        if each.name.endswith("_total"):
            counted[each.labels["policy"]] += int(each.value)
    return counted


def count_decisions(decisions: Mapping[Reason, int]) -> None:
    """So many decisions by reason."""
    for reason, number in decisions.items():
        _DECISIONS.labels(reason).inc(number)


def count_cycle(kind: str, seconds: float) -> None:
    """A cycle took so long."""
    _CYCLES.labels(kind).observe(seconds)


@contextmanager
def measuring_kubernetes(verb: str) -> Iterator[None]:
    """Measure a request to the API server, and count how it failed."""
    with _measuring(_KUBERNETES.labels(verb)):
        yield


@contextmanager
def measuring_opencost() -> Iterator[None]:
    """Measure a request to OpenCost, and count how it failed."""
    with _measuring(_COSTS):
        yield


@contextmanager
def _measuring(histogram: Histogram) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    except Exception as error:
        _ERRORS.labels(type(error).__name__).inc()
        raise
    finally:
        histogram.observe(time.monotonic() - began)
