"""The lock of a state folder: two servers on one database file would destroy it without a word.

An advisory lock on a file whose descriptor the server inherits, so it is held as long as either of the two lives,
and freed by the kernel however they die.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from worker.errors import AlreadyRunning, StateNotWritable
from worker.processes import is_alive, read_command
from worker.state import StateFolder

_DYING_SECONDS = 5.0
"""How long a killed server may take to go: the kernel frees its memory first, then its lock."""


class Holders(BaseModel):
    """Who holds the lock: the process of `finops run`, and its server once there is one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: int = 0
    server: int = 0


@dataclass(frozen=True)
class StateLock:
    """A held lock; `descriptor` is what the server inherits."""

    descriptor: int

    def record(self, holders: Holders) -> None:
        """Write down who holds it, for the sentence of the one who is refused."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, holders.model_dump_json().encode(), 0)


@contextmanager
def hold_lock(state: StateFolder, *, patience: float = _DYING_SECONDS) -> Iterator[StateLock]:
    """Hold the lock of an existing state folder.

    A server that outlived its killed `finops run` (systems without a death signal) is ended first: it has no supervisor
    any more, and its database is needed. `patience` is the seconds it gets to be gone.

    Raises:
        AlreadyRunning: a living `finops run` holds it.
        StateNotWritable: the lock file cannot be opened.
    """
    try:
        descriptor = os.open(state.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StateNotWritable(state.lock, error.strerror or type(error).__name__) from error
    try:
        if not _take(descriptor):
            holders = _read_holders(descriptor)
            if not _take_over(state, descriptor, holders, patience):
                raise AlreadyRunning(state.path, holders.run)
        lock = StateLock(descriptor)
        lock.record(Holders(run=os.getpid()))
        yield lock
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take_over(state: StateFolder, descriptor: int, holders: Holders, patience: float) -> bool:
    """Take the lock of a dead `finops run`, after ending the server it left behind."""
    if not holders.run or is_alive(holders.run):
        return False
    # A process id alone may mean somebody else by now, or somebody else's in another container on the same volume.
    if holders.server and str(state.database.absolute()) in read_command(holders.server):
        os.kill(holders.server, signal.SIGKILL)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if _take(descriptor):
            return True
        time.sleep(0.02)
    return False


def _read_holders(descriptor: int) -> Holders:
    try:
        return Holders.model_validate_json(os.pread(descriptor, 200, 0))
    except ValidationError:
        return Holders()
