"""Kubernetes Events about a workload's sleep, where the optional role allows them: `kubectl describe` then tells.

They are a courtesy. Nothing waits for one, and one that cannot be written is counted and forgotten.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any

from activities.cluster_context import in_this_context
from activities.errors import Conflict, KubernetesError
from activities.kube.calls import path_of
from activities.kube.transport import KubeTransport
from activities.metrics import count_dropped_event
from policies.kinds import kind_named
from policies.workload import WorkloadRef

CONTROLLER = "finops.io/enforcer"
LONGEST_NOTE = 1_024
"""What the API server takes."""
MOST_WAITING = 500
_LONGEST_NAME = 236
_LONGEST_INSTANCE = 128

_LOG = logging.getLogger(__name__)


class EventRecorder:
    """Writes Events in the order they are recorded, one at a time, by a thread of its own."""

    def __init__(
        self, transport: KubeTransport, instance: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._transport = transport
        self._instance = instance
        self._now = now
        self._waiting = BoundedSemaphore(MOST_WAITING)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")
        self._trouble = ""

    def record(self, ref: WorkloadRef, action: str, reason: str, note: str, *, about: str) -> None:
        """Write an Event some time. `about` makes its name: the same thing told twice is one Event."""
        if not self._waiting.acquire(blocking=False):
            count_dropped_event()
            return
        self._thread.submit(in_this_context(self._write, self._event(ref, action, reason, note, about)))

    def _write(self, event: dict[str, Any]) -> None:
        path = path_of("/apis/events.k8s.io/v1/namespaces", event["metadata"]["namespace"], "events")
        try:
            self._transport.request(
                "POST", path, body=json.dumps(event).encode(), content_type="application/json", read_seconds=2.0
            )
        except Conflict:  # it is there already
            self._trouble = ""
        except KubernetesError as error:
            count_dropped_event()
            if str(error) != self._trouble:
                _LOG.warning("an Event cannot be written: %s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""
        finally:
            self._waiting.release()

    def _event(self, ref: WorkloadRef, action: str, reason: str, note: str, about: str) -> dict[str, Any]:
        digest = hashlib.sha256(f"{ref} {reason} {about}".encode()).hexdigest()[:16]
        kind = kind_named(ref.kind)
        regarding = {"apiVersion": kind.api_version, "kind": kind.title, "namespace": ref.namespace, "name": ref.name}
        return {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": f"{ref.name[:_LONGEST_NAME]}.{digest}", "namespace": ref.namespace},
            "eventTime": self._now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance[:_LONGEST_INSTANCE],
            "action": action,
            "reason": reason,
            "type": "Normal",
            "note": note[:LONGEST_NOTE],
            "regarding": regarding | ({"uid": ref.uid} if ref.uid else {}),
        }
