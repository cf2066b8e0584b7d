"""Alerts: what a person should look at. One log line each, counted by kind on /metrics."""

import logging
from threading import Lock

from prometheus_client import Counter

_LOG = logging.getLogger("finops.alerts")
_ALERTS = Counter("finops_alerts", "What a person should look at, by kind.", ["kind"])


def alert(kind: str, sentence: str, **data: str) -> None:
    """Raise an alert of this kind: a bounded code, one sentence, and the data behind it."""
    _ALERTS.labels(kind).inc()
    _LOG.warning("%s: %s", kind, sentence, extra={"alert": kind, **data})


class Episode:
    """A trouble that is told when it begins and when it is over, and not each time it is met. For many threads."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._lock = Lock()
        self._problem = ""

    def tell(self, problem: str, over: str) -> None:
        """How it stands: what is wrong, or nothing. An alert for the first; `over` is logged when it has ended."""
        with self._lock:
            before, self._problem = self._problem, problem
        if problem and not before:
            alert(self._kind, problem)
        elif before and not problem:
            _LOG.warning("%s: %s", self._kind, over)
