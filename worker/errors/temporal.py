"""Errors of the way to Temporal, and of what it knows of a cluster."""

from collections.abc import Mapping
from pathlib import Path

from temporalio.service import RPCStatusCode

from worker.errors.base import WorkerError


class ConnectionFailed(WorkerError):
    """The base of what stands between us and what a Temporal server holds."""


class EncryptionError(ConnectionFailed):
    """A key that is missing or invalid, or a text that it did not encrypt: Temporal answers, and what it answers cannot
    be read. Never quotes a key.
    """


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
    """No answer, or no useful one; `source` says who named the address."""

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
            f"Temporal has no record of cluster {cluster} that can be read, so it is not known whether a hold is on: "
            f"no worker has been up for it yet, or the Schedule reconcile/{cluster} was deleted or edited. Nothing is "
            "paused meanwhile, and a worker that is up writes the record again within half a minute: try again then"
        )


class AttributesError(WorkerError):
    """The base of what is wrong with search attributes."""


class AttributeClash(AttributesError):
    """Attributes of our names and other types; `clashes` maps a name to (type there, type needed)."""

    def __init__(self, namespace: str, clashes: Mapping[str, tuple[str, str]]) -> None:
        self.namespace = namespace
        self.clashes = dict(clashes)
        shown = ", ".join(f"{name} is {have}, and {want} is needed" for name, (have, want) in self.clashes.items())
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
