"""The process that owns one control plane: starts it, watches over it, and takes it down with itself.

Started by LocalCluster, never by hand: `python -m localcluster.supervisor FOLDER`, with one line of settings on
standard input. It answers on standard output with JSON lines (`say`, `failed`, `ready`). While standard input stays
open its parent lives; the end of it, however the parent ended, stops everything. The line `stay` turns that off.
The programs it starts die with it (Linux), so the rule holds all the way down.
"""

import json
import os
import selectors
import signal
import sys
from pathlib import Path
from types import FrameType

from localcluster.controlplane import ControlPlane
from localcluster.errors import LocalClusterError
from localcluster.folders import STATE_NAME, remove
from localcluster.pods import PodRunner
from localcluster.settings import LocalClusterSettings, State

CHECK_SECONDS = 1.0
STAY = b"stay\n"
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _answer(**message: str) -> None:
    print(json.dumps(message), flush=True)


class Supervisor:
    """Runs one control plane from start to removal."""

    def __init__(self, folder: Path, settings: LocalClusterSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._parent: int | None = os.getppid()
        self._plane = ControlPlane(folder, settings, self._record)

    def run(self) -> int:
        """Start, wait for the end, clean up; the exit code."""
        for number in ENDING_SIGNALS:
            signal.signal(number, _end)
        self._record(self._plane)
        try:
            return self._run()
        finally:
            for number in ENDING_SIGNALS:
                signal.signal(number, signal.SIG_IGN)  # the clean-up is not to be cut short
            self._plane.kill()
            remove(self._folder)

    def _run(self) -> int:
        try:
            self._plane.start(lambda text: _answer(say=text))
        except (LocalClusterError, OSError) as error:
            _answer(failed=str(error))
            return 1
        runner = PodRunner(self._plane.client("pod-runner")) if self._settings.pods_ready else None
        if runner:
            runner.start()
        self._record(self._plane, ready=True)
        _answer(ready=self._plane.server)
        # The reader is gone; a later print must not fail.
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        self._watch()
        if runner:
            runner.stop()
        return 0

    def _watch(self) -> None:
        """Return when the parent has ended; a signal ends it from anywhere."""
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            while True:
                for _ in selector.select(CHECK_SECONDS):
                    if os.read(0, len(STAY)) != STAY:
                        return
                    self._parent = None
                    selector.unregister(0)
                # The pipe tells at once, unless the parent left a copy of its end to a process it forked.
                if self._parent is not None and os.getppid() != self._parent:
                    return
                for child in self._plane.children:
                    child.poll()  # reaps one that was killed, so that its pid is free and `status` sees it

    def _record(self, plane: ControlPlane, *, ready: bool = False) -> None:
        state = State(
            supervisor=os.getpid(),
            pids={child.name: child.pid for child in plane.children},
            server=plane.server,
            etcd=plane.etcd,
            ready=ready,
        )
        partial = self._folder / f"{STATE_NAME}.partial"
        partial.write_text(state.to_json())
        partial.rename(self._folder / STATE_NAME)


if __name__ == "__main__":
    # Unbuffered: what follows the first line is for the supervisor to see.
    with open(0, "rb", buffering=0, closefd=False) as first:
        chosen = LocalClusterSettings.from_json(first.readline().decode())
    sys.exit(Supervisor(Path(sys.argv[1]), chosen).run())
