"""Alerts: what a person should look at. One log line each, counted by cluster and kind on /metrics.

What is tried again and again is one alert: the same sentence about the same thing is raised once, and again only when
the cause has changed, when it had ended, or when nothing was heard of it for longer than any retry waits.

Which memory of what was said fits: `alert_once` what is retried within half an hour and can be settled; `Episode` one
trouble of one source, with its end; `FindingAlerts` what each reconciliation finds again, by workload; `Refusals`
writes that the API server refused, by cause and namespace; `ForeignAlerts` what is met a day apart and never known to
end. `SaidBefore` is about nudges to hibernations, and raises no alerts.
"""

import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Literal, get_args

from prometheus_client import Counter

from activities.cluster_context import current_cluster

FORGOTTEN_AFTER = 1800.0
"""Seconds. Retries are at most 5 minutes apart, the runs of a policy usually as well."""
_REMEMBERED = 10_000

_LOG = logging.getLogger("finops.alerts")
_ALERTS = Counter("finops_alerts", "What a person should look at, by kind.", ["cluster", "kind"])

AlertKind = Literal[
    "clocks",
    "contested",
    "copies",
    "costs",
    "definition",
    "denied",
    "foreign",
    "hold",
    "identity",
    "idleness",
    "order",
    "policies",
    "protected",
    "rights",
    "schedules",
    "unexpected",
    "unreadable",
    "woke-not-ready",
]

Listener = Callable[[str, str, dict[str, str]], None]
"""Is called with the kind, the sentence and the data of an alert. It must not wait."""

_LISTENERS: defaultdict[str, list[Listener]] = defaultdict(list)


def listen(listener: Listener) -> None:
    """From now on `listener` hears every alert about the current cluster, and they are counted."""
    _LISTENERS[current_cluster()].append(listener)
    for kind in get_args(AlertKind):
        _ALERTS.labels(current_cluster(), kind)  # from 0 on: to Prometheus a first appearance is no increase


def stop_listening(listener: Listener) -> None:
    """From now on `listener` hears nothing more about the current cluster."""
    _LISTENERS[current_cluster()].remove(listener)


class RaisedAlerts:
    """The alerts that are up, by what they are about; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, forgotten_after: float = FORGOTTEN_AFTER) -> None:
        """`clock` counts seconds. What was not heard of for longer than `forgotten_after` of them is news again."""
        self._clock = clock
        self._forgotten_after = forgotten_after
        self._lock = Lock()
        self._raised: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def is_news(self, about: str, sentence: str) -> bool:
        """Whether something else, or nothing, was said about it last; from now on it is this."""
        now = self._clock()
        with self._lock:
            before, said_at = self._raised.pop(about, ("", now))
            self._raised[about] = (sentence, now)
            if len(self._raised) > _REMEMBERED:
                self._raised.popitem(last=False)
        return before != sentence or now - said_at > self._forgotten_after

    def settle(self, about: str) -> None:
        """Note that it works again: the next trouble with it is news."""
        if self._raised:
            with self._lock:
                self._raised.pop(about, None)


_RAISED = RaisedAlerts()


def alert(kind: AlertKind, sentence: str, **data: str) -> None:
    """Raise an alert of this kind: a bounded code, one sentence, and the data behind it."""
    _ALERTS.labels(current_cluster(), kind).inc()
    _LOG.warning("%s: %s", kind, sentence, extra={"alert": kind, **data})
    for listener in tuple(_LISTENERS[current_cluster()]):
        listener(kind, sentence, data)


class Episode:
    """A trouble that is told when it begins and when it is over, and not each time it is met. For many threads."""

    def __init__(self, kind: AlertKind) -> None:
        self._kind = kind
        self._lock = Lock()
        self._problem = ""

    @property
    def problem(self) -> str:
        """What is wrong at present; empty where nothing is, or nothing has been looked at yet."""
        return self._problem

    def tell(self, problem: str, over: str) -> None:
        """Note what is wrong; empty where nothing is. A new problem is an alert, and `over` is logged when it has
        ended.
        """
        with self._lock:
            before, self._problem = self._problem, problem
        if problem and not before:
            alert(self._kind, problem)
        elif before and not problem:
            _LOG.warning("%s: %s", self._kind, over)


def alert_once(kind: AlertKind, about: str, sentence: str, cause: str = "", **data: str) -> bool:
    """Raise an alert unless it is up already. Returns whether it was news.

    `cause` tells two troubles with the same thing apart, where the sentence names more than that.
    """
    is_news = _RAISED.is_news(_here(about), cause or sentence)
    if is_news:
        alert(kind, sentence, **data)
    return is_news


def settle(about: str) -> None:
    """What these alerts were about works again: the next trouble with it is news."""
    _RAISED.settle(_here(about))


def _here(about: str) -> str:
    """The key with the cluster before it: two clusters may have a workload of the same name."""
    return f"{current_cluster()}/{about}"
