"""What a log says again and again, said once in a while; and foreseen errors told by their sentence."""

import logging
import threading
import time
from collections.abc import Callable

from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.cluster_context import current_cluster
from activities.errors import IoError, KubernetesError
from worker.errors import WorkerError

EPISODE_SECONDS = 600.0
"""A trouble that lasts is told again after this."""
_REMEMBERED = 200
_FORESEEN = (IoError, WorkerError, RPCError, ApplicationError)


class Repeats:
    """What was said, and when; safe to share between threads."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds, of which so many have to pass between two times of the same."""
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[object, tuple[float, int]] = {}

    def count(self, said: object) -> int | None:
        """How often it was held back since it was last let through; None where it is to be held back now."""
        now = self._clock()
        with self._lock:
            shown_at, held_back = self._seen.get(said, (-self._seconds, 0))
            if now - shown_at < self._seconds:
                self._seen[said] = (shown_at, held_back + 1)
                return None
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            self._seen[said] = (now, 0)
            return held_back


def add_count(text: str, held_back: int) -> str:
    """The line with how many like it were held back."""
    return f"{text} (and {held_back} more like it since)" if held_back else text


class ForeseenFilter(logging.Filter):
    """Gives a line about a foreseen error its sentence instead of a traceback, once an episode: a server that does not
    answer is asked by every loop and every activity.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._repeats = Repeats(EPISODE_SECONDS, clock)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is shown."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, _FORESEEN):
            return True
        failed = _what_failed(record)
        cause = error.reason if isinstance(error, KubernetesError) and error.reason else str(error)
        held_back = self._repeats.count((current_cluster(), failed, type(error), cause))
        if held_back is None:
            return False
        record.msg, record.args = add_count(f"{failed}: {error}", held_back), ()
        record.exc_info = record.exc_text = None
        return True


def _what_failed(record: logging.LogRecord) -> str:
    """The line itself; of an activity only its name, for the SDK adds the ids of that very call."""
    told = getattr(record, "temporal_activity", None)
    return f"{told['activity_type']} failed" if isinstance(told, dict) else record.getMessage()
