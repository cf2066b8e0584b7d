"""Keeping the snapshot of policies and hold fresh while the worker runs."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from activities.alerts.raised import alert_once, settle
from activities.clocks import read_own_clock
from activities.policy_sources.source import PolicySource, PolicySourceUnreadable
from activities.snapshot import Snapshot
from worker.temporal.cluster_record import ClusterRecord, create_record, read_record

RECORD_SECONDS = 8.0
"""Between two looks at the hold. Each is a query to a workflow of Temporal's own: every two seconds they were 43,200 a
day for each worker, and a hosted Temporal counts them.
"""

_LOG = logging.getLogger(__name__)


class SnapshotKeeper:
    """Reads the source every few seconds. A reading that fails gives a snapshot without policies, marked as
    incomplete.
    """

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
        self._record: ClusterRecord | None = None
        """As it was last read."""
        self._hold_known = False
        self._hold_read = (datetime.min.replace(tzinfo=UTC), float("-inf"))
        self._read = (Snapshot(read_at=datetime.min.replace(tzinfo=UTC), complete=False, problem="not read yet"), 0.0)

    def current(self) -> Snapshot:
        """The snapshot as it was last read, and how long ago that was.

        Two clocks count it, and the longer time is right: the counter cannot be set but stands still while the
        machine is suspended, and the machine's own clock goes on but can be set back.
        """
        snapshot, counted = self._read
        age = max(timedelta(seconds=self._counter() - counted), self._own_clock() - snapshot.read_at)
        return snapshot.replace(age=age)

    async def refresh(self) -> Snapshot:
        """Read the policies now, and every few seconds the hold. The snapshot is as old as the older of the two.

        Without an answer from Temporal it keeps its age, so that pausing stops before long.
        """
        began, counted = self._own_clock(), self._counter()
        if counted - self._hold_read[1] >= RECORD_SECONDS or not self._hold_known:
            try:
                await self._read_hold()
            except RPCError as error:
                _LOG.warning("the hold could not be read from Temporal: %s", error.message)
                return self.current()
            self._hold_read = (began, counted)
        fresh = await asyncio.to_thread(self._read_policies, self._hold_read[0])
        if fresh.problem and fresh.problem != self._read[0].problem:
            _LOG.warning("policies: %s", fresh.problem)
        self._read = (fresh, self._hold_read[1])
        return self.current()

    async def _read_hold(self) -> None:
        """Without a record it is not known whether a hold is on: nothing is paused until the record is written again,
        with the last hold that was known. Raises RPCError.
        """
        record = await read_record(self._client, self._cluster)
        self._hold_known = record is not None
        if record is not None:
            self._record = record
            settle("the record of the cluster")
            return
        alert_once(
            "hold",
            "the record of the cluster",
            f"Temporal's record of cluster {self._cluster} (Schedule reconcile/{self._cluster}) is gone or was edited, "
            "so it is not known whether a hold is on: nothing is paused until the record is there again",
        )
        if self._record is not None:
            await create_record(self._client, self._cluster, self._record)

    def _read_policies(self, began: datetime) -> Snapshot:
        hold = None if self._record is None else self._record.hold
        try:
            read = self._source.read()
        except PolicySourceUnreadable as error:
            why = str(error)
            return Snapshot(
                read_at=began,
                complete=False,
                problem=why,
                unreadable=why,
                lost=error.lost,
                hold=hold,
                hold_known=self._hold_known,
            )
        return Snapshot(
            read_at=began,
            policies=read.policies,
            complete=not read.problems,
            problem="; ".join([*map(str, read.problems), *([read.objection] if read.objection else [])]),
            objection=read.objection,
            hold=hold,
            hold_known=self._hold_known,
        )
