"""One enforcement at a time: evaluation and start of a cluster's runs follow one another in a worker.

Two policies that count the cluster at the same moment would each find room under `maxAffectedPercent` and together
pass it. The lease is the worker's own; it ends with the worker, and after a while with a run that went silent.
"""

import asyncio
import time
from collections.abc import Callable

LEASE_SECONDS = 120.0


class RunLease:
    """Who may evaluate and start at present."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._holder: str | None = None
        self._expires_at = 0.0
        self._freed = asyncio.Event()

    def take(self, run_id: str) -> bool:
        """Take the lease for this run, or prolong it. False while another run holds it."""
        if self._holder not in (None, run_id) and self._clock() < self._expires_at:
            return False
        self._holder = run_id
        self._expires_at = self._clock() + LEASE_SECONDS
        return True

    def give_back(self, run_id: str) -> None:
        """Free the lease, if this run holds it."""
        if self._holder == run_id:
            self._holder = None
            self._freed.set()

    async def wait_for(self, run_id: str, heartbeat: Callable[[], None]) -> None:
        """Take the lease as soon as it is free, with a heartbeat every second of waiting."""
        while not self.take(run_id):
            heartbeat()
            self._freed.clear()
            try:
                await asyncio.wait_for(self._freed.wait(), timeout=1.0)
            except TimeoutError:
                continue
