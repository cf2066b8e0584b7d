"""Commands that tests type a thousand times: a process that has read the command line's code once forks for each.

A command does what it does as a process of its own; only the start of the interpreter and its imports are left out,
most of a second of one core each. What a start is like is tested where commands are started plainly (tests/cli:
test_streams, test_command, the demo, completion), as every `finops run` and `finops worker` is.
"""

import atexit
import gc
import json
import os
import pkgutil
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[2]
_AT_THE_START = ("PYTHON", "LD_", "LC_", "LANG")
"""Variables that the interpreter, or what loads it, reads before anything else: they need a fresh one."""
_NUMBER = struct.Struct("!q")


class CommandServer:
    """The process, started when the first command is typed, and gone with the one that started it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="finops-commands-")
        self._path = f"{self._folder.name}/socket"
        self._process = subprocess.Popen(
            [sys.executable, __file__, self._path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        atexit.register(self.stop)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Type a command, with nothing to read from its input. Raises TimeoutExpired."""
        if any(os.environ.get(name) != environment[name] for name in environment if name.startswith(_AT_THE_START)):
            return _run_afresh(arguments, environment, timeout)
        asked = {"arguments": arguments, "environment": dict(environment), "cwd": str(Path.cwd())}
        request = json.dumps(asked).encode()
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(timeout)
            connection.connect(self._path)
            socket.send_fds(connection, [_NUMBER.pack(len(request))], [out.fileno(), err.fileno()])
            connection.sendall(request)
            (process,) = _NUMBER.unpack(_receive(connection, _NUMBER.size))
            try:
                (code,) = _NUMBER.unpack(_receive(connection, _NUMBER.size))
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["finops", *arguments], timeout) from None
            told = [_read(file.fileno()) for file in (out, err)]
        return subprocess.CompletedProcess(["finops", *arguments], code, *told)


def _run_afresh(
    arguments: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
    )


def _read(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(file, encoding="utf-8", closefd=False) as text:
        return text.read()


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionError("the process that runs commands for tests is gone")
        received += part
    return received


def serve(path: str) -> NoReturn:
    """Read all code of the command line, then fork for each command, until the parent ends, and its pipe with it."""
    sys.path[0] = str(ROOT)
    for package in ("cli", "operations", "worker", "activities"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for commands
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _supervise(connection)
        connection.close()
    sys.exit()


def _supervise(connection: socket.socket) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, files, _, _ = socket.recv_fds(connection, _NUMBER.size, 2)
    request = json.loads(_receive(connection, *_NUMBER.unpack(size)))
    command = os.fork()
    if command == 0:
        connection.close()
        _execute(request["arguments"], request["environment"], request["cwd"], *files)
    connection.sendall(_NUMBER.pack(command))
    _, status = os.waitpid(command, 0)
    with suppress(OSError):  # nobody waits any more
        connection.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def _execute(arguments: Sequence[str], environment: Mapping[str, str], cwd: str, out: int, err: int) -> NoReturn:
    """As a fresh process would begin."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    random.seed()
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = [str(ROOT / "cli" / "__main__.py"), *arguments]
    code = 1
    try:
        import_module("cli.main").main()
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter ends over it
        import_module("traceback").print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
