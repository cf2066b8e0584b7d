"""Keeping the snapshot of policies and hold fresh while the worker runs."""

import asyncio
import logging
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.policyfiles import PolicyDirectory, PolicySourceUnreadable
from activities.snapshot import Hold, Snapshot
from worker.clusterrecord import read_record

REFRESH_SECONDS = 2.0

_LOG = logging.getLogger(__name__)


class SnapshotKeeper:
    """Reads the source every few seconds. What cannot be read leaves the last policies known, marked as such."""

    def __init__(self, client: Client, cluster: str, directory: PolicyDirectory) -> None:
        self._client = client
        self._cluster = cluster
        self._directory = directory
        self._snapshot = Snapshot(read_at=datetime.min.replace(tzinfo=UTC), complete=False, problem="not read yet")

    def current(self) -> Snapshot:
        """The snapshot as it was last read."""
        return self._snapshot

    async def refresh(self) -> Snapshot:
        """Read policies and hold now.

        Without an answer from Temporal the snapshot keeps its age, so that pausing stops before long.
        """
        try:
            record = await read_record(self._client, self._cluster)
        except RPCError as error:
            _LOG.warning("the hold could not be read from Temporal: %s", error.message)
            return self._snapshot
        fresh = await asyncio.to_thread(self._read_policies, None if record is None else record.hold)
        if fresh.problem and fresh.problem != self._snapshot.problem:
            _LOG.warning("policies: %s", fresh.problem)
        self._snapshot = fresh
        return fresh

    async def keep_fresh(self) -> None:
        """Refresh until cancelled. Nothing ends it: a snapshot that grows old only stops pausing."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except Exception:  # noqa: BLE001 - whatever it is, the next round may work
                _LOG.exception("the policies could not be refreshed")

    def _read_policies(self, hold: Hold | None) -> Snapshot:
        now = datetime.now(UTC)
        try:
            read = self._directory.read()
        except PolicySourceUnreadable as error:
            return Snapshot(read_at=now, complete=False, problem=str(error), hold=hold)
        return Snapshot(
            read_at=now,
            policies=read.policies,
            complete=not read.problems,
            problem="; ".join(str(problem) for problem in read.problems),
            hold=hold,
        )
