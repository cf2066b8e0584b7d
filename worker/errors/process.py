"""Errors of the process itself: its settings, its state folder, its port."""

from collections.abc import Sequence
from pathlib import Path

from worker.errors.base import WorkerError


class SettingsError(WorkerError):
    """Settings that cannot be used; `problems` has one sentence for each, naming where it was set."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


_MEGABYTE = 1_000_000


class StateError(WorkerError):
    """The base of what is wrong with the state folder."""


class StateNotWritable(StateError):
    """The state folder, or a file in it, cannot be created, read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"cannot use {path} in the state folder: {reason}; mend its rights, or choose another folder with "
            "--state-dir or FINOPS_STATE_DIR"
        )


class DiskFull(StateError):
    """Too little room for the database: the server would start, look healthy and refuse every write.

    `free` and `needed` are bytes; `free` is None where the disk refused a write and the room was not counted.
    """

    def __init__(self, path: Path, *, free: int | None, needed: int) -> None:
        self.path = path
        self.free = free
        self.needed = needed
        left = "no space" if free is None else f"{free // _MEGABYTE} MB"
        super().__init__(
            f"the disk of {path} has {left} left and {needed // _MEGABYTE} MB are needed; free some, or choose a "
            "folder on another disk with --state-dir or FINOPS_STATE_DIR"
        )


class MetricsPortTaken(WorkerError):
    """The address for metrics cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"metrics cannot be served at {f'[{host}]' if ':' in host else host}:{port}: {reason}; choose another "
            "FINOPS_METRICS_PORT or FINOPS_METRICS_HOST"
        )


class TracingMissing(WorkerError):
    """Traces are asked for, and the packages for them are not installed."""

    def __init__(self) -> None:
        super().__init__("FINOPS_OTLP_ENDPOINT is set, and traces need pip install 'finops-enforcer[tracing]'")
