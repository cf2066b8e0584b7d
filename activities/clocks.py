"""Comparing clocks at every listing and every read of a sleeper: Temporal's and the worker's with the API server's.

Temporal's reading is `activity.info().started_time`. That is the server's own: it equals the time of the event
ActivityTaskStarted to the microsecond, and moves with skipped time, while the worker's clock stands still
(tests/workflows/test_clocks.py).
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from activities.alerts.raised import alert
from policies.sleep.clocks import MEANWHILE, ClockDrift

QUIET = timedelta(minutes=15)
"""Clocks that have agreed for so long agree again. Less would make an episode of every answer, where one API server of
three is off or a difference lies at the tolerance."""

_LOG = logging.getLogger(__name__)

ClockComparison = Callable[[datetime, datetime], timedelta]
"""How far a clock is ahead of the API server's (negative: behind), given both readings of the same moment."""


def compare_clocks(reading: datetime, server_time: datetime) -> timedelta:
    """The plain difference. Tests in skipped time hand in a comparison that always agrees."""
    return reading - server_time


def read_own_clock() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Moment:
    """A moment as Temporal dated it, and where a counter that nobody can set stood then."""

    temporal_time: datetime
    counted: float


class Clocks:
    """The clocks of one worker. Shared by all its activities, so that they tell a disagreement once and not each."""

    def __init__(
        self,
        server_now: Callable[[], datetime | None],
        comparison: ClockComparison = compare_clocks,
        own_clock: Callable[[], datetime] = read_own_clock,
        counter: Callable[[], float] = time.monotonic,
    ) -> None:
        """`server_now` is the API server's clock at this moment, as its latest answer told it; None without one."""
        self._server_now = server_now
        self._comparison = comparison
        self._own_clock = own_clock
        self._counter = counter
        self._lock = threading.Lock()
        self._differed_at: float | None = None

    def mark(self, temporal_time: datetime) -> Moment:
        """The beginning of an activity, by Temporal's clock. What it does until the comparison takes its time."""
        return Moment(temporal_time, self._counter())

    def compare(self, moment: Moment) -> ClockDrift:
        """Compare, after an answer of the API server. The first to find a difference raises the alert."""
        drift = self.reckon(moment)
        self._tell(drift.objection)
        return drift

    def reckon(self, moment: Moment) -> ClockDrift:
        """Compare by an earlier answer of the API server. Silent, because it may err: the counter stands still while
        a machine is suspended.
        """
        server_now = self._server_now()
        if server_now is None:
            return ClockDrift(told=False)
        since = timedelta(seconds=self._counter() - moment.counted)
        return ClockDrift(
            temporal=self._comparison(moment.temporal_time + since, server_now),
            worker=self._comparison(self._own_clock(), server_now),
        )

    def _tell(self, objection: str) -> None:
        """One alert when an episode begins, one line in the log when it is over."""
        now = self._counter()
        with self._lock:
            before = self._differed_at
            if objection:
                self._differed_at = now
            elif before is not None and now - before > QUIET.total_seconds():
                self._differed_at = None
            began, ended = before is None and bool(objection), before is not None and self._differed_at is None
        if began:
            alert("clocks", f"{objection}: {MEANWHILE}")
        elif ended:
            _LOG.warning("the clocks agree again: pauses and timers go on")
