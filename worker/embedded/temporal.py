"""The embedded Temporal server: the `temporal` program with a database file, its UI, and us as its keeper."""

import asyncio
import logging
import os
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from temporalio.runtime import Runtime

from worker.embedded.lock import hold_lock
from worker.embedded.server import STOP_SECONDS, ServerLauncher, describe_exit, locate
from worker.errors import EmbeddedError, ServerFailed, ServerMissing, StateError
from worker.ports import LOOPBACK, settle_ports
from worker.processes import find_program, stop
from worker.state import Ports, ServerAddress, StateFolder
from worker.temporal.connection import TemporalTarget

_LOG = logging.getLogger(__name__)
_HEALTHY_WITHIN = timedelta(seconds=30)
"""Healthy after 0.13-0.28 s when measured; a slow disk and a big database may need far more."""
_ATTEMPTS = 3
"""A port can be taken between our look and the server's."""
_LOG_BYTES = 10_000_000
_TRIM_SECONDS = 60.0
_CALM_SECONDS = 60.0
"""A server that lived this long died of something new: the back-off begins again."""
_BACK_OFF = (0.1, 1.0, 2.0, 5.0, 10.0, 30.0)


class EmbeddedTemporal:
    """A running server. `start()` is the only way in and out."""

    def __init__(self, launcher: ServerLauncher, ports: Ports) -> None:
        self.ports = ports
        self._launcher = launcher
        self._process: Process | None = None

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        state: StateFolder,
        *,
        program: Path | None = None,
        runtime: Runtime | None = None,
        within: timedelta = _HEALTHY_WITHIN,
    ) -> AsyncIterator["EmbeddedTemporal"]:
        """Run a server on the database of `state`, healthy and keeping history for 90 days, until the block ends.

        Must be entered in the main thread. `program` is the `temporal` binary, found by itself if not given;
        `within` is what each start may take.

        Raises:
            StateError: the folder cannot be used, or the disk is too full.
            EmbeddedError: the server is missing, already runs, cannot read its database, or does not start.
        """
        state.create()
        found = program or find_program("temporal")
        if found is None or not found.exists():
            raise ServerMissing
        with hold_lock(state) as lock:
            state.require_space()
            launcher = ServerLauncher(state, lock, found, runtime, within)
            server = cls(launcher, await _settle(state))
            try:
                await server._launch(move=True)
                yield server
            finally:
                await server._end()

    @property
    def state(self) -> StateFolder:
        """The folder it works in."""
        return self._launcher.state

    @property
    def target(self) -> TemporalTarget:
        """The server as `connect_to` takes it."""
        return locate(self.ports)

    @property
    def address(self) -> str:
        """Host and port of the server."""
        return self.target.address

    @property
    def ui_url(self) -> str:
        """Where a browser sees the workflows."""
        return f"http://{LOOPBACK}:{self.ports.ui}"

    @property
    def pid(self) -> int:
        """The process id of the server, or of the last one while it is down."""
        return self._process.pid if self._process is not None else 0

    async def wait(self) -> int:
        """Wait for the server's end and return its exit code, negative for a signal. Keeps the log small meanwhile."""
        assert self._process is not None
        while True:
            try:
                return await asyncio.wait_for(self._process.wait(), _TRIM_SECONDS)
            except TimeoutError:
                _trim(self.state.server_log)

    async def keep_running(self) -> NoReturn:
        """Start the server again on the same ports whenever it dies, until cancelled.

        It never gives up: workers hold the address, and go on by themselves as soon as somebody answers there.
        """
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            code = await self.wait()
            if loop.time() - began > _CALM_SECONDS:
                failures = 0
            pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
            failures += 1
            _LOG.warning("the embedded Temporal server ended (%s), starting again in %g s", describe_exit(code), pause)
            await asyncio.sleep(pause)
            try:
                self.state.require_space()
                await self._launch(move=False)
            except (EmbeddedError, StateError) as error:
                _LOG.error("%s", error)

    async def _launch(self, *, move: bool) -> None:
        """Start and tell the other commands. Ports taken meanwhile are replaced if it may `move`."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._process = await self._launcher.launch(self.ports)
                break
            except ServerFailed as error:
                if "address already in use" not in error.tail or attempt == _ATTEMPTS:
                    raise
                if move:
                    self.ports = await _settle(self.state)
        self.state.write_ports(self.ports)
        self.state.write_server(ServerAddress(address=self.address, ui_url=self.ui_url, pid=self.pid))

    async def _end(self) -> None:
        if self._process is not None:
            await stop(self._process, grace=STOP_SECONDS)
        self.state.remove_server()


async def _settle(state: StateFolder) -> Ports:
    try:
        return await settle_ports(state.read_ports())
    except OSError as error:
        raise ServerFailed(f"cannot be started: {error}", state.server_log, "") from error


def _trim(log: Path) -> None:
    """Empty a log that a full disk fills line by line; opened for appending, it goes on at the new end."""
    try:
        if log.stat().st_size > _LOG_BYTES:
            os.truncate(log, 0)
    except OSError as error:
        _LOG.warning("cannot shorten %s: %s", log, error.strerror)
