"""Errors of operations. `str()` is a sentence for the caller, with the remedy.

OperationError
├── NotThere                 what was named is not there
│   └── NoSuchWorkload       ... on the cluster
├── Refused                  a rule forbids what was asked for
├── NoUsableRecord           nothing tells a sleeper's count any more
├── Unconfirmed              asked for, but not seen to happen in time
└── UsageProblem             what was asked does not make sense
"""

from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey
from policies.kinds import kind_named


class OperationError(Exception):
    """The base of this room's errors."""


class NotThere(OperationError):
    """What was named is not there."""


class NoSuchWorkload(NotThere):
    """The cluster has no workload of that name and kind."""

    def __init__(self, key: WorkloadKey, server: str) -> None:
        self.key = key
        self.server = server
        super().__init__(f"there is no {kind_named(key.kind).title} {key} on {server}")


class Refused(OperationError):
    """A rule forbids it."""


class NoUsableRecord(OperationError):
    """A sleeper's record cannot be read, and no copy of it either.

    `trouble` is why its copies could not be asked for, `by_hand` the command that gives it a count all the same.
    """

    def __init__(self, damage: InvalidAnnotation, *, by_hand: str, trouble: str = "") -> None:
        self.damage = damage
        self.trouble = trouble
        copies = f"its ReplicaSets cannot be asked ({trouble})" if trouble else "no ReplicaSet has a copy of its record"
        super().__init__(f"{damage}; {copies}; nothing was changed. By hand: {by_hand}")


class Unconfirmed(OperationError):
    """It was asked for, and had not happened when the wait was over."""


class UsageProblem(OperationError):
    """What was asked does not make sense."""
