"""Alerts: what a person should look at. One log line each, counted by kind on /metrics."""

import logging

from prometheus_client import Counter

_LOG = logging.getLogger("finops.alerts")
_ALERTS = Counter("finops_alerts", "What a person should look at, by kind.", ["kind"])


def alert(kind: str, sentence: str, **data: str) -> None:
    """Raise an alert of this kind: a bounded code, one sentence, and the data behind it."""
    _ALERTS.labels(kind).inc()
    _LOG.warning("%s: %s", kind, sentence, extra={"alert": kind, **data})
