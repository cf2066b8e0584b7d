"""Child processes that cannot outlive us, and a look at processes by their id."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of <sys/prctl.h>."""


def find_program(name: str) -> Path | None:
    """A program that came with a package of this environment, else the one on PATH; None if there is neither.

    The environment's own folder comes first and needs no PATH: `.venv/bin/finops` may be called by its full name.
    """
    folders = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    for folder in folders:
        if os.access(folder / name, os.X_OK) and (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    return Path(found) if found else None


async def spawn(
    command: Sequence[str], *, output: IO[bytes], environment: Mapping[str, str], keep_open: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start a child that the kernel kills with us (Linux), out of reach of the terminal's Ctrl-C.

    Ctrl-C reaches a whole process group at once; in a group of its own the child lives until we have drained.

    Raises:
        OSError: the program cannot be started.
        RuntimeError: not called from the main thread, whose end would be taken for ours.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("children are started from the main thread: the death signal follows the thread")
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=dict(environment),
        pass_fds=tuple(keep_open),
        process_group=0,
        preexec_fn=_die_with_parent(),
    )


async def stop(process: asyncio.subprocess.Process, *, grace: float) -> None:
    """End a child: SIGTERM, up to `grace` seconds, then SIGKILL. One that ended already is left in peace."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    await process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] != "Z"


def read_command(pid: int) -> str:
    """The command line of a process; empty where it cannot be read."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    with contextlib.suppress(OSError):
        shown = subprocess.run(  # the systems without /proc
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False, text=True
        )
        return shown.stdout.strip()
    return ""


def read_tail(path: Path, limit: int = 2000) -> str:
    """The last whole lines of a log, at most `limit` bytes; empty where there is none."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - limit))
            data = stream.read()
    except OSError:
        return ""
    text = data.decode(errors="replace").strip()
    return text.partition("\n")[2] if size > limit and "\n" in text else text


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does between fork and exec: ask the kernel for SIGKILL when its parent ends.

    SIGKILL, because a server that takes its time over SIGTERM holds the lock against the next start.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded here: after a fork nothing may be
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
