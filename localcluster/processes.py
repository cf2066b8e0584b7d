"""Child processes that do not outlive us, and finding those that did."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from localcluster.errors import ChildDied

PR_SET_PDEATHSIG = 1
TAIL_LINES = 12
KILL_SECONDS = 10.0
# The children get these and nothing else: etcd would read ETCD_* as options, Go's HTTP client the proxies.
PASSED_ON = ("PATH", "TMPDIR", "LANG", "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG")


def die_with_parent() -> Callable[[], None] | None:
    """For `preexec_fn`: the child is killed when the thread that starts it ends; None where the system cannot.

    Linux only. The signal goes with the *thread*, so start children from one that lives as long as they should. The
    library is opened here, before the fork, because the child of a threaded process may only make plain calls.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_for_death() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return ask_for_death


class Child:
    """One running program of the control plane with its log."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environment, "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(),  # noqa: PLW1509 - only sets a process attribute; see die_with_parent
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raise ChildDied when it has ended."""
        code = self._process.poll()
        if code is not None:
            raise ChildDied(self.name, code, self.tail())

    def poll(self) -> int | None:
        """Exit code, or None while it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """The last lines of its log."""
        return tail_of(self._log)

    def kill(self) -> None:
        """End it at once: its data is thrown away, so there is nothing to wait for."""
        self._process.kill()
        self._process.wait()


def tail_of(log: Path) -> str:
    """The last lines of a log, or a note that it is empty or missing."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return "\n".join(lines[-TAIL_LINES:]) or "(nothing)"


def command_line(pid: int) -> str:
    """A process's command line, empty when there is no such process."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607 - ps is on the PATH of every macOS
    return answer.stdout


def belongs_to(pid: int, folder: Path) -> bool:
    """Whether a process runs for this folder: a pid alone may have been given to a stranger."""
    return str(folder) in command_line(pid)


def kill_leftovers(pids: Iterable[int], folder: Path) -> None:
    """Kill those of an earlier run that still live, and wait until they are gone."""
    living = [pid for pid in pids if belongs_to(pid, folder)]
    for pid in living:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline and any(belongs_to(pid, folder) for pid in living):
        time.sleep(0.02)
