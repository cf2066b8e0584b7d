"""How a worker is: alive as long as its own loops go round, ready as long as Temporal and the API server answer.

A server that is down makes a worker not ready, but it stays alive: a restart would not help, and would cost the wakes
that are due when the server is back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from threading import Lock
from typing import Protocol

STUCK_AFTER = 120.0
"""Seconds without a round of a loop. Each goes round every few seconds."""
CHECK_SECONDS = 5.0
PATIENCE_SECONDS = 5.0

Check = Callable[[], Awaitable[str]]
"""Returns what is wrong with a server; empty where nothing is."""


class Probes(Protocol):
    """What a kubelet asks: each answers with a sentence."""

    def is_alive(self) -> tuple[bool, str]:
        """Whether it is alive, and the reason: False means that a restart may help."""
        ...

    def is_ready(self) -> tuple[bool, str]:
        """Whether it can do its work, and the reason."""
        ...


class Health:
    """How the worker of one cluster is; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._lock = Lock()
        self._rounds: dict[str, float] = {}
        self._problems: dict[str, str] = {"worker": "is starting"}

    def beat(self, loop: str) -> None:
        """Note that a loop has gone round."""
        with self._lock:
            self._rounds[loop] = self._clock()

    def tell(self, part: str, problem: str) -> None:
        """Note what is wrong with a part; empty where nothing is."""
        with self._lock:
            self._problems[part] = problem

    def is_alive(self) -> tuple[bool, str]:
        """Whether every loop that ever went round still does, and a sentence."""
        with self._lock:
            now = self._clock()
            stuck = [
                f"{loop} has stood still for {now - at:.0f} s" for loop, at in self._rounds.items() if _late(now, at)
            ]
        return not stuck, "; ".join(stuck) or "its loops go round"

    def is_ready(self) -> tuple[bool, str]:
        """Whether it can pause and wake, and a sentence."""
        with self._lock:
            wrong = [f"{part}: {problem}" for part, problem in self._problems.items() if problem]
        return not wrong, "; ".join(wrong) or "Temporal and the API server answer"


class HealthOfMany:
    """The health of a process that serves several clusters. One that is down must not take the others with it: it is
    alive while all loops go round, and ready while it can work for any of them.
    """

    def __init__(self, clusters: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._by_cluster = {cluster: Health(clock) for cluster in clusters}

    def renew(self, cluster: str) -> Health:
        """A new one for a cluster whose worker starts: the loops of the one before have ended."""
        self._by_cluster[cluster] = health = Health(self._clock)
        return health

    def is_alive(self) -> tuple[bool, str]:
        """Whether every loop that ever went round still does, and a sentence."""
        told = [(cluster, *health.is_alive()) for cluster, health in self._by_cluster.items()]
        stuck = [f"{cluster}: {sentence}" for cluster, alive, sentence in told if not alive]
        return not stuck, "; ".join(stuck) or "its loops go round"

    def is_ready(self) -> tuple[bool, str]:
        """Whether it can pause and wake somewhere, and a sentence on each cluster."""
        told = [(cluster, *health.is_ready()) for cluster, health in self._by_cluster.items()]
        return any(ready for _, ready, _ in told), "; ".join(f"{cluster}: {sentence}" for cluster, _, sentence in told)


async def keep_checking(health: Health, checks: Mapping[str, Check], every: float = CHECK_SECONDS) -> None:
    """Ask each server again and again, until cancelled."""
    while True:
        for part, check in checks.items():
            health.tell(part, await _ask(check))
        health.beat("health")
        await asyncio.sleep(every)


async def _ask(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except TimeoutError:
        return f"did not answer within {PATIENCE_SECONDS:.0f} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is wrong
        return str(error) or type(error).__name__


def _late(now: float, at: float) -> bool:
    return now - at > STUCK_AFTER
