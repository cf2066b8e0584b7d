"""Errors of the assembly: settings, the state folder, the embedded server, the connection.

WorkerError
├── SettingsError            one or more settings that cannot be used
├── StateError               the state folder
│   ├── StateNotWritable     it cannot be created, read or written
│   └── DiskFull             too little room left for the database of the embedded server
├── EmbeddedError            the embedded Temporal server
│   ├── ServerMissing        its program is not installed
│   ├── AlreadyRunning       another `finops run` lives in the same state folder
│   ├── BrokenDatabase       the file is not a SQLite database
│   └── ServerFailed         it ended, or never became healthy
├── ConnectionFailed         a Temporal server to work with
│   ├── ProfileInvalid       TEMPORAL_* or the profile file they name cannot be used
│   ├── NoTemporalKnown      nothing says where a server is
│   ├── TemporalUnreachable  no answer at the address, or no useful one
│   └── EncryptionError      a key is missing or invalid, or what it encrypted was changed
├── InstanceMismatch         the cluster's name belongs to another installation
├── RecordUnreadable         what is remembered of the cluster is gone, or was edited
├── SameCluster              two names of one process stand for the same cluster
├── MetricsPortTaken         the metrics cannot be served where they should be
├── TracingMissing           traces are asked for, and the packages for them are not installed
└── AttributesError          search attributes
    ├── AttributeClash       one exists with another type
    └── AttributesRefused    the server does not let us list, add or use them
"""

from worker.errors.base import WorkerError
from worker.errors.embedded import (
    AlreadyRunning,
    BrokenDatabase,
    EmbeddedError,
    ServerFailed,
    ServerMissing,
)
from worker.errors.process import (
    DiskFull,
    MetricsPortTaken,
    SettingsError,
    StateError,
    StateNotWritable,
    TracingMissing,
)
from worker.errors.temporal import (
    AttributeClash,
    AttributesError,
    AttributesRefused,
    ConnectionFailed,
    EncryptionError,
    InstanceMismatch,
    NoTemporalKnown,
    ProfileInvalid,
    RecordUnreadable,
    SameCluster,
    TemporalUnreachable,
)

__all__ = [
    "AlreadyRunning",
    "AttributeClash",
    "AttributesError",
    "AttributesRefused",
    "BrokenDatabase",
    "ConnectionFailed",
    "DiskFull",
    "EmbeddedError",
    "EncryptionError",
    "InstanceMismatch",
    "MetricsPortTaken",
    "NoTemporalKnown",
    "ProfileInvalid",
    "RecordUnreadable",
    "SameCluster",
    "ServerFailed",
    "ServerMissing",
    "SettingsError",
    "StateError",
    "StateNotWritable",
    "TemporalUnreachable",
    "TracingMissing",
    "WorkerError",
]
