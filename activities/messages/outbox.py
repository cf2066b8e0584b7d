"""Messages on their way: put without waiting, sent by a thread of their own, tried again for a while.

A receiver that is down costs messages, and never an action: what does not fit any more is dropped, and counted.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable

from prometheus_client import Counter

from activities.cluster_context import current_cluster, in_this_context
from activities.errors import NotificationError
from policies.runs.digests import Message

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
        self._waiting: deque[Message] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._closing = threading.Event()
        self._dropped = 0
        self.trouble = ""
        """Why the last attempt failed; empty where it did not."""
        self._thread = threading.Thread(target=in_this_context(self._work), name=f"notify-{name}", daemon=True)
        self._thread.start()

    def put(self, message: Message) -> None:
        """Send it some time. What does not fit any more is dropped, counted, and told when there is room again."""
        with self._changed:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(message)
                self._changed.notify_all()
                return
            self._dropped += 1
            first = self._dropped == 1
        _SENT.labels(current_cluster(), self._name, "dropped").inc()
        if first:
            _LOG.warning("%d messages to %s are waiting: further ones are dropped", MOST_WAITING, self._name)

    def close(self) -> None:
        """Send what is waiting, as far as that goes in some seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting and not self._busy, CLOSING_SECONDS)
            self._closing.set()
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closing.is_set())
                if self._closing.is_set():
                    return
                message, self._busy = self._take(), True
                dropped, self._dropped = self._dropped, 0
            if dropped:
                _LOG.warning("%d messages to %s were dropped", dropped, self._name)
            self._deliver(message)

    def _take(self) -> Message:
        """The next one, and instead of a flood of alerts one message. Digests keep their place."""
        first = self._waiting.popleft()
        others = [message for message in self._waiting if message.kind != "digest"]
        if first.kind == "digest" or len(self._waiting) < MOST_APART or not others:
            return first
        self._waiting = deque(message for message in self._waiting if message.kind == "digest")
        shown = [first, *others][:MOST_APART]
        more = 1 + len(others) - len(shown)
        text = "\n".join(message.text for message in shown) + (f"\n... and {more} more, see the log" if more else "")
        return first.replace(title=f"{1 + len(others)} alerts on {first.cluster}", text=text, workload="")

    def _deliver(self, message: Message) -> None:
        problem = "the worker ends"
        for wait in self._waits:
            if wait and self._closing.wait(wait):
                break
            try:
                self._send(message)
            except NotificationError as error:
                problem = error.problem
                self._tell_trouble(problem)
                if not error.is_worth_another:
                    break
            except Exception:  # noqa: BLE001 - one bad message ends no thread
                _LOG.exception("a message to %s could not be sent", self._name)
                break
            else:
                _SENT.labels(current_cluster(), self._name, "sent").inc()
                self.trouble = ""
                return
        _SENT.labels(current_cluster(), self._name, "failed").inc()
        _LOG.warning("a message to %s was not delivered: %s", self._name, problem)

    def _tell_trouble(self, problem: str) -> None:
        """Said when it begins; the end of every message that is lost over it is said besides."""
        before, self.trouble = self.trouble, f"messages to {self._name} are not delivered: {problem}"
        if not before:
            _LOG.warning("%s", self.trouble)
