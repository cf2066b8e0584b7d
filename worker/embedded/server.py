"""One life of the embedded Temporal server: its command line, its start, and what went wrong if it failed."""

import asyncio
import os
from asyncio.subprocess import Process
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from activities.hibernation.visibility import KEYS
from worker.embedded.lock import Holders, StateLock
from worker.errors import BrokenDatabase, DiskFull, EmbeddedError, ServerFailed, TemporalUnreachable
from worker.ports import LOOPBACK
from worker.processes import read_tail, spawn, stop
from worker.state import NEEDED_BYTES, Ports, StateFolder
from worker.temporal.attributes import type_name
from worker.temporal.connection import TemporalTarget, connect_to
from worker.temporal.retention import keep_history

STOP_SECONDS = 10.0
"""SIGTERM takes it some 1.1 s; after this it is killed, which its database survives."""


@dataclass(frozen=True)
class ServerLauncher:
    """Starts the `temporal` program on the database of a state folder whose lock is held."""

    state: StateFolder
    lock: StateLock
    program: Path
    runtime: Runtime | None
    within: timedelta

    async def launch(self, ports: Ports) -> Process:
        """Start, wait until it serves, make it keep history; on failure nothing is left running.

        Raises:
            EmbeddedError: the program ended, stayed mute, found its ports taken or its database broken.
            DiskFull: it failed because the disk is full.
        """
        process = await self._spawn(ports)
        self.lock.record(Holders(run=os.getpid(), server=process.pid))
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                await keep_history(await self._connect(process, locate(ports)))
        except (TimeoutError, RPCError) as error:
            what = f"was not healthy within {self.within.total_seconds():g} s"
            raise await self._explain(process, f"{what}: {error}" if str(error) else what) from error
        except BaseException:
            await stop(process, grace=STOP_SECONDS)
            raise
        return process

    async def _spawn(self, ports: Ports) -> Process:
        log = self.state.server_log
        try:
            if log.exists():
                log.replace(log.with_name(f"{log.name}.1"))
            with log.open("ab") as output:
                return await spawn(
                    self._command(ports), output=output, environment=_environment(), keep_open=[self.lock.descriptor]
                )
        except OSError as error:
            raise ServerFailed(f"cannot be started: {error}", log, "") from error

    async def _connect(self, process: Process, target: TemporalTarget) -> Client:
        """A connection as soon as the server serves."""
        while process.returncode is None:
            try:
                return await connect_to(target, runtime=self.runtime)
            except TemporalUnreachable:
                await asyncio.sleep(0.03)
        raise await self._explain(process, f"ended at once ({describe_exit(process.returncode)})")

    async def _explain(self, process: Process, what: str) -> EmbeddedError | DiskFull:
        """The error behind a failed start, read from the server's log. Ends what is left of the server."""
        await stop(process, grace=STOP_SECONDS)
        log = self.state.server_log
        tail = read_tail(log)
        if "file is not a database" in tail or "database disk image is malformed" in tail:
            return BrokenDatabase(self.state.database)
        free = self.state.free_bytes()
        if "disk is full" in tail or free < NEEDED_BYTES:  # a full disk takes no log either
            return DiskFull(self.state.path, free=free, needed=NEEDED_BYTES)
        return ServerFailed(what, log, tail)

    def _command(self, ports: Ports) -> list[str]:
        return [
            str(self.program),
            *("server", "start-dev", f"--ip={LOOPBACK}", f"--port={ports.server}", f"--ui-port={ports.ui}"),
            f"--db-filename={self.state.database.absolute()}",
            # Write-ahead log and one sync a checkpoint: three times as fast, and safe against kills. A power cut may
            # lose the last commits, which reconciliation repairs from the annotations.
            *("--sqlite-pragma=journal_mode=wal", "--sqlite-pragma=synchronous=1"),
            *("--log-level=error", "--ui-disable-news-fetch"),
            *(f"--search-attribute={key.name}={type_name(key)}" for key in KEYS),
        ]


def locate(ports: Ports) -> TemporalTarget:
    """The embedded server at these ports, as `connect_to` takes it."""
    return TemporalTarget(address=f"{LOOPBACK}:{ports.server}", source="the embedded server")


def describe_exit(code: int) -> str:
    """An exit code, or the signal that a negative one means."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _environment() -> dict[str, str]:
    """What the server needs of ours. Not the TEMPORAL_* of a client, and no proxy between it and itself."""
    return {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR", "LANG") if name in os.environ}
