"""Keeping the snapshot of policies and hold fresh while the worker runs."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.clocks import read_own_clock
from activities.policysource import PolicySource, PolicySourceUnreadable
from activities.snapshot import Hold, Snapshot
from worker.clusterrecord import read_record

_LOG = logging.getLogger(__name__)


class SnapshotKeeper:
    """Reads the source every few seconds. What cannot be read leaves the last policies known, marked as such."""

    def __init__(
        self,
        client: Client,
        cluster: str,
        source: PolicySource,
        own_clock: Callable[[], datetime] = read_own_clock,
        counter: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._cluster = cluster
        self._source = source
        self._own_clock = own_clock
        self._counter = counter
        self._read = (Snapshot(read_at=datetime.min.replace(tzinfo=UTC), complete=False, problem="not read yet"), 0.0)

    def current(self) -> Snapshot:
        """The snapshot as it was last read, and how long ago that was.

        Two clocks count it, and the longer time is right: the counter cannot be set but stands still while the
        machine is suspended, and the machine's own clock goes on but can be set back.
        """
        snapshot, counted = self._read
        age = max(timedelta(seconds=self._counter() - counted), self._own_clock() - snapshot.read_at)
        return snapshot.model_copy(update={"age": age})

    async def refresh(self) -> Snapshot:
        """Read policies and hold now.

        Without an answer from Temporal the snapshot keeps its age, so that pausing stops before long.
        """
        began, counted = self._own_clock(), self._counter()
        try:
            record = await read_record(self._client, self._cluster)
        except RPCError as error:
            _LOG.warning("the hold could not be read from Temporal: %s", error.message)
            return self.current()
        fresh = await asyncio.to_thread(self._read_policies, began, None if record is None else record.hold)
        if fresh.problem and fresh.problem != self._read[0].problem:
            _LOG.warning("policies: %s", fresh.problem)
        self._read = (fresh, counted)
        return self.current()

    def _read_policies(self, began: datetime, hold: Hold | None) -> Snapshot:
        try:
            read = self._source.read()
        except PolicySourceUnreadable as error:
            why = str(error)
            return Snapshot(read_at=began, complete=False, problem=why, unreadable=why, hold=hold)
        return Snapshot(
            read_at=began,
            policies=read.policies,
            complete=not read.problems,
            problem="; ".join([*map(str, read.problems), *([read.objection] if read.objection else [])]),
            objection=read.objection,
            hold=hold,
        )
