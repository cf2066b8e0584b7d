import os
import subprocess
import sys

import pytest

from worker.embedded.lock import Holders, hold_lock
from worker.errors import AlreadyRunning
from worker.processes import is_alive
from worker.state import StateFolder

SLEEP = "import sys, time; print(flush=True); time.sleep(600)"


def leave_orphan(state: StateFolder, *arguments: str) -> subprocess.Popen[bytes]:
    """A process that holds the lock for a `finops run` that is dead."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with hold_lock(state) as lock:
        orphan = subprocess.Popen(
            [sys.executable, "-c", SLEEP, *arguments], pass_fds=[lock.descriptor], stdout=subprocess.PIPE
        )
        assert orphan.stdout is not None
        orphan.stdout.readline()
        orphan.stdout.close()
        lock.record(Holders(run=dead.pid, server=orphan.pid))
    return orphan


def test_the_second_is_refused_with_the_folder_and_the_process(state: StateFolder) -> None:
    state.create()
    with hold_lock(state), pytest.raises(AlreadyRunning) as refused, hold_lock(state):
        pass
    assert str(state.path) in str(refused.value)
    assert f"process {os.getpid()}" in str(refused.value)


def test_a_released_lock_can_be_held_again(state: StateFolder) -> None:
    state.create()
    for _ in range(2):
        with hold_lock(state):
            pass


def test_a_server_that_outlived_its_run_is_ended(state: StateFolder) -> None:
    state.create()
    orphan = leave_orphan(state, str(state.database.absolute()))
    with hold_lock(state):
        assert not is_alive(orphan.pid)
    assert orphan.wait() == -9


def test_a_stranger_with_the_recorded_id_is_left_alone(state: StateFolder) -> None:
    state.create()
    stranger = leave_orphan(state, "somebody else's database")
    with pytest.raises(AlreadyRunning), hold_lock(state, patience=0.1):
        pass
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
