"""Messages on their way: put without waiting, sent by a thread of their own, tried again for a while.

A receiver that is down costs messages, and never an action: what does not fit any more is dropped, and counted.
"""

import logging
import queue
import threading
from collections.abc import Callable

from prometheus_client import Counter

from activities.errors import NotificationError
from activities.working import current_cluster, in_this_context
from policies.digests import Message

WAITS = (0.0, 2.0, 10.0, 60.0)
"""Seconds before each attempt."""
MOST_WAITING = 500
CLOSING_SECONDS = 3.0
MOST_APART = 5
"""When more alerts than this are waiting, they are sent as one message."""

_LOG = logging.getLogger(__name__)
_SENT = Counter(
    "finops_notifications", "Messages to people, by receiver and what became of them.", ["cluster", "to", "result"]
)


class Outbox:
    """The messages to one receiver."""

    def __init__(
        self,
        name: str,
        send: Callable[[Message], None],
        waits: tuple[float, ...] = WAITS,
    ) -> None:
        """`send` raises NotificationError."""
        self._name = name
        self._send = send
        self._waits = waits
        self._waiting: queue.Queue[Message] = queue.Queue(MOST_WAITING)
        self._closing = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=in_this_context(self._work), name=f"notify-{name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Send it some time."""
        self._idle.clear()
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            _SENT.labels(current_cluster(), self._name, "dropped").inc()

    def close(self) -> None:
        """Send what is waiting, as far as that goes in some seconds."""
        self._idle.wait(CLOSING_SECONDS)
        self._closing.set()

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                message = self._waiting.get(timeout=0.2)
            except queue.Empty:
                self._idle.set()
                continue
            self._deliver(self._join(message))

    def _join(self, first: Message) -> Message:
        """One message instead of a flood of alerts."""
        if self._waiting.qsize() < MOST_APART or first.kind == "digest":
            return first
        others: list[Message] = []
        digests: list[Message] = []
        while not self._waiting.empty():
            message = self._waiting.get_nowait()
            (digests if message.kind == "digest" else others).append(message)
        for digest in digests:
            self._waiting.put_nowait(digest)
        shown = [first, *others][:MOST_APART]
        more = 1 + len(others) - len(shown)
        text = "\n".join(message.text for message in shown) + (f"\n... and {more} more, see the log" if more else "")
        return first.model_copy(
            update={"title": f"{1 + len(others)} alerts on {first.cluster}", "text": text, "workload": ""}
        )

    def _deliver(self, message: Message) -> None:
        problem = "the worker ends"
        for wait in self._waits:
            if wait and self._closing.wait(wait):
                break
            try:
                self._send(message)
            except NotificationError as error:
                problem = error.problem
                if not error.is_worth_another:
                    break
            except Exception:  # noqa: BLE001 - one bad message ends no thread
                _LOG.exception("a message to %s could not be sent", self._name)
                break
            else:
                _SENT.labels(current_cluster(), self._name, "sent").inc()
                return
        _SENT.labels(current_cluster(), self._name, "failed").inc()
        _LOG.warning("a message to %s was not delivered: %s", self._name, problem)
