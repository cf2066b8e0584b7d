"""The supervisor of a control plane, as it is begun, awaited and ended from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path

from localcluster.errors import StartFailed
from localcluster.folders import (
    STATE_NAME,
    claim,
    empty,
)
from localcluster.processes import kill_leftovers, tail_of
from localcluster.settings import LocalClusterSettings, State

SUPERVISOR_LOG = "supervisor.log"
STOP_SECONDS = 20.0


def read_state(directory: Path) -> State | None:
    """What `cluster.json` says, if there is one."""
    try:
        return State.from_json((directory / STATE_NAME).read_text())
    except (OSError, ValueError, TypeError):
        return None


def begin(folder: Path) -> subprocess.Popen[bytes]:
    """The supervisor of a folder that nobody else has. Raises LocalClusterError."""
    lock = claim(folder)
    try:
        _clear(folder)
        return _spawn(folder, lock)
    finally:
        os.close(lock)


def _clear(folder: Path) -> None:
    kill_recorded(folder)
    empty(folder)


def kill_recorded(folder: Path) -> None:
    """Where the system has no death signal, programs may outlive a killed supervisor."""
    state = read_state(folder)
    if state:
        kill_leftovers([state.supervisor, *state.pids.values()], folder)


def _spawn(folder: Path, lock: int) -> subprocess.Popen[bytes]:
    """Start the supervisor in a session of its own: Ctrl-C is for us, and we tell it."""
    package_parent = str(Path(__file__).parent.parent)
    search = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")]))
    with (folder / SUPERVISOR_LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "localcluster.supervisor", str(folder)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": search},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
        )


def await_ready(supervisor: subprocess.Popen[bytes], folder: Path, settings: LocalClusterSettings) -> None:
    """Hand the supervisor its settings, and wait until it has started everything. Raises StartFailed."""
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    supervisor.stdin.write(f"{settings.to_json()}\n".encode())
    supervisor.stdin.flush()
    for line in supervisor.stdout:
        message = json.loads(line)
        if "failed" in message:
            raise StartFailed(message["failed"])
        if "ready" in message:
            supervisor.stdout.close()
            return
    raise StartFailed(f"The supervisor ended before the control plane was ready:\n{tail_of(folder / SUPERVISOR_LOG)}")


def end(supervisor: subprocess.Popen[bytes]) -> None:
    """Stop it, also in the middle of its start, and make sure."""
    supervisor.terminate()
    for pipe in (supervisor.stdin, supervisor.stdout):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # it has ended with a line of ours unread
    try:
        supervisor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
