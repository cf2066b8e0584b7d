"""Writes that were refused: told once a cause and namespace, and for a while such a pause is not tried again.

A missing right concerns a namespace, a refusal by admission one workload. The memory is the worker's: after a restart
each is tried once more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Literal

from activities.alerts.raised import AlertKind, alert
from activities.errors import Denied, KubernetesError
from policies.checks.reasons import Reason
from policies.keys import WorkloadKey
from policies.workload import WorkloadRef

TRIED_AGAIN_AFTER = 3600.0
"""Seconds. Then one workload of the namespace shows whether the right is there by now."""
TRIAL_TAKES = 600.0
"""Seconds until another one may show it: the first may not have had its turn."""
FORGOTTEN_AFTER = 86_400.0

Act = Literal["pause", "wake", "record"]
"""What a write is for."""


@dataclass
class _Told:
    """A cause that was told: of which act, whose writes it refused, and when last."""

    act: Act
    last_at: float = 0.0
    refused: set[WorkloadKey] = field(default_factory=set)


class Refusals:
    """What the API server refused this worker; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._lock = Lock()
        self._until: dict[str | WorkloadKey, float] = {}
        """Until when no pause is tried: in a namespace, or of a workload."""
        self._told: dict[tuple[str, ...], _Told] = {}

    def note(self, ref: WorkloadRef, error: KubernetesError) -> None:
        """Note that a pause was refused. Credentials that are not accepted say nothing about rights."""
        if error.status == HTTPStatus.UNAUTHORIZED:
            return
        with self._lock:
            self._until[ref.namespace if _is_of_namespace(error) else ref.key] = self._clock() + TRIED_AGAIN_AFTER

    def objection(self, ref: WorkloadRef, *, tries: bool) -> Reason | None:
        """Why this workload is not a candidate at present, or None. `tries`: where it is one, its pause will be
        tried.
        """
        with self._lock:
            if not self._until:
                return None
            now = self._clock()
            if self._until.get(ref.namespace, now) > now:
                return Reason.MAY_NOT_WRITE
            if self._until.get(ref.key, now) > now:
                return Reason.REFUSED
            if tries and ref.namespace in self._until:
                self._until[ref.namespace] = now + TRIAL_TAKES
            if tries:
                self._until.pop(ref.key, None)
        return None

    def tell(self, kind: AlertKind, act: Act, ref: WorkloadRef, error: KubernetesError) -> None:
        """Raise an alert, unless the same cause was told for another workload of the namespace.

        `act` is what was refused: pauses that are refused say nothing about wakes.
        """
        cause = (ref.namespace, kind, act, error.verb, error.resource, str(error.status), error.webhook)
        with self._lock:
            now = self._clock()
            self._told = {key: told for key, told in self._told.items() if now - told.last_at < FORGOTTEN_AFTER}
            is_news = cause not in self._told
            told = self._told.setdefault(cause, _Told(act))
            told.last_at = now
            told.refused.add(ref.key)
        if is_news:
            sentence = f"{error}; this one alert stands for every {act} that is refused so in namespace {ref.namespace}"
            alert(kind, sentence, resource=error.resource, verb=error.verb, workload=str(ref))

    def settle(self, act: Act, ref: WorkloadRef) -> None:
        """Note that this act was carried out to its end: what is refused of it from now on is news.

        Refusals of another act stay told: a pause whose scale is refused is called off, and its clean-up may land every
        time.
        """
        if not (self._until or self._told):
            return
        with self._lock:
            if act == "pause":
                self._until.pop(ref.namespace, None)
                self._until.pop(ref.key, None)
            for told in self._told.values():
                if told.act == act:
                    told.refused.discard(ref.key)
            self._told = {cause: told for cause, told in self._told.items() if told.refused}


def _is_of_namespace(error: KubernetesError) -> bool:
    """Whether it is a right that is missing; admission speaks of one object."""
    return isinstance(error, Denied) and error.is_forbidden and not error.webhook
