"""Time limits, one inside the other: what waits for an answer gives it longer than the answer may take.

Where it were the other way round, a request that fails late would be told as a time-out of whatever asked, and a write
would have an unknown outcome although the worker lives.
"""

from datetime import timedelta

import pytest

from activities.costs.exchange import WAITS
from activities.idleness.prometheus_source import SECONDS as IDLENESS
from activities.kube.calls import CHECK_SECONDS, CONNECT_SECONDS, PAGE_SECONDS, QUICK_SECONDS, READ_SECONDS
from activities.kube.objects.namespaces import LOOK_SECONDS
from worker.service.health import PATIENCE_SECONDS
from worker.settings.settings import Settings
from workflows import options

LONGEST_COST_ANSWER = "30s"


def request(seconds: float) -> float:
    """The longest that one request to the API server takes."""
    return CONNECT_SECONDS + seconds


def costs() -> float:
    """The longest that prices take: the last attempt may begin when all waits are over."""
    allowed = Settings.model_validate({"opencost_timeout": LONGEST_COST_ANSWER}).opencost_timeout
    return allowed.total_seconds() + sum(WAITS)


def limit(call: options.CallOptions) -> float:
    return call["start_to_close_timeout"].total_seconds()


def heartbeat(call: options.CallOptions) -> float:
    return call["heartbeat_timeout"].total_seconds()


LOOK = request(READ_SECONDS) + request(QUICK_SECONDS)
"""One object, and then the bounds of its autoscaler, or which cluster this is."""
FIRST_LOOK = request(READ_SECONDS) + request(LOOK_SECONDS)
"""Right after a start: the object, and what its Namespace says."""
TWO_WRITES = request(QUICK_SECONDS) + 2 * request(READ_SECONDS)
"""Before them what the Namespace says, or with new credentials which cluster this is."""
RECONCILIATION = request(QUICK_SECONDS) + 2 * request(PAGE_SECONDS)
"""Which cluster, the namespaces, and a page."""


@pytest.mark.parametrize(
    ("what", "within", "takes"),
    [
        ("a look", limit(options.CONSULT), LOOK),
        ("the first look", limit(options.CONSULT), FIRST_LOOK),
        ("a look amid a wake", limit(options.WAKE_CONSULT), LOOK),
        ("W1 and W2", limit(options.pause_options("dev")), TWO_WRITES),
        ("W3 and W4", limit(options.WAKE), TWO_WRITES),
        ("W3 and W4 of a wake by itself", limit(options.wake_options("dev")), TWO_WRITES),
        ("costs, idleness and a page", limit(options.LIST), costs() + IDLENESS + request(PAGE_SECONDS)),
        ("a run begins: which cluster", limit(options.OPEN), request(QUICK_SECONDS)),
        ("a target of an order", limit(options.LOOK_AROUND), request(READ_SECONDS)),
        ("a page, between two heartbeats", heartbeat(options.RECONCILE), request(PAGE_SECONDS)),
        ("a reconciliation", limit(options.RECONCILE), RECONCILIATION),
        ("whether the API server is there", PATIENCE_SECONDS, request(CHECK_SECONDS)),
    ],
)
def test_what_waits_gives_more_time_than_the_answer_takes(what: str, within: float, takes: float) -> None:
    assert takes < within, what


def test_the_longest_time_for_a_cost_answer_is_the_longest() -> None:
    with pytest.raises(ValueError, match="is not between"):
        Settings(opencost_timeout=timedelta(seconds=31))


@pytest.mark.parametrize("call", [options.RECONCILE, options.START])
def test_a_heartbeat_is_missed_before_the_whole_time_is_over(call: options.CallOptions) -> None:
    assert heartbeat(call) < limit(call)
