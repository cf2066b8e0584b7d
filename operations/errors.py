"""Errors of operations. `str()` is a sentence for the caller, with the remedy.

OperationError
├── NotThere                 what was named is not there
│   ├── NoSuchWorkload       ... on the cluster
│   └── EmptyNamespace       ... or has no Deployment
├── Refused                  a rule forbids what was asked for
│   └── NotAllowed           ... the rights of the person who asks
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

    def __init__(self, key: WorkloadKey, server: str, nearest: WorkloadKey | None = None) -> None:
        self.key = key
        self.server = server
        super().__init__(f"there is no {kind_named(key.kind).title} {key} on {server}{_suggest(nearest)}")


class EmptyNamespace(NotThere):
    """No Deployment is in a namespace, which may not be there at all. `nearest` has some."""

    def __init__(self, namespace: str, nearest: str | None) -> None:
        self.namespace = namespace
        super().__init__(f"there is no Deployment in namespace {namespace}{_suggest(nearest)}")


class Refused(OperationError):
    """A rule forbids it."""


class NotAllowed(Refused):
    """Who asks may not do it themselves; `namespace` is empty where all are meant, `instead` is what they might do."""

    def __init__(self, right: str, namespace: str, instead: str = "") -> None:
        self.right = right
        self.namespace = namespace
        where = f"in namespace {namespace}" if namespace else "in all namespaces"
        super().__init__(
            f"your credentials lack the right to {right} {where}, so nothing was changed; {instead}ask for that right, "
            "or somebody who has it"
        )


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


def _suggest(nearest: object) -> str:
    return "" if nearest is None else f"; did you mean {nearest}?"
