"""Names and ids: what Temporal, Kubernetes and people call our things.

Workflow types and messages are named here, not by their classes, because activities start workflows and the command
line signals them without importing the room they live in. A test pins each name to its class.
"""

import hashlib

from policies.keys import WorkloadKey

FIELD_MANAGER = "finops-enforcer"
"""The one constant field manager of every write; users name it in their GitOps ignore rules."""

HIBERNATION = "Hibernation"
ENFORCEMENT = "Enforcement"
RECONCILIATION = "Reconciliation"
TURN = "Turn"

REACTIVATE = "reactivate"
CHECK = "check"
RESUME_NOW = "resume_now"
EXTEND = "extend"
KEEP_AWAKE = "keep_awake"
PAUSE = "pause"
STATUS = "status"

TROUBLE = "trouble"
"""The memo of a hibernation that says what keeps it from going on; read by `status` without asking a worker."""

MANUAL = "manual"
"""The policy of `finops pause`: always there, never in a file."""

_ID_LIMIT = 200
"""SQL-backed Temporal stores keep 255 characters of a workflow id; the rest is for the time a Schedule appends."""


def task_queue(cluster: str) -> str:
    """The hibernations of a cluster and people's wakes: no rate limit, and nothing that takes long."""
    return f"finops/{cluster}"


def run_queue(cluster: str) -> str:
    """Enforcements and reconciliations of a cluster, with all that they list, judge and start."""
    return f"{task_queue(cluster)}/runs"


def wake_queue(cluster: str) -> str:
    """The queue of the wakes that come by themselves, with its own rate limit."""
    return f"{task_queue(cluster)}/wakes"


def pause_queue(cluster: str) -> str:
    """Pauses of a cluster, rate limited by the server to protect that cluster's API server."""
    return f"finops/{cluster}/pauses"


def hibernation_id(cluster: str, workload: WorkloadKey) -> str:
    """The id of a workload's one hibernation. Being unique while open, it is the lock on that workload."""
    return _shorten(f"hibernate/{cluster}/{workload.path}")


def enforcement_id(cluster: str, policy: str) -> str:
    """The id of a policy's runs; the Schedule appends the scheduled time."""
    return _shorten(f"enforce/{cluster}/{policy}")


def turn_id(cluster: str) -> str:
    """The id of the turn. Being unique while open, it lets one enforcement of a cluster judge and start at a time."""
    return f"turn/{cluster}"


def policy_schedule_id(cluster: str, policy: str) -> str:
    """The id of the Schedule that starts a policy's enforcements."""
    return _shorten(f"policy/{cluster}/{policy}")


def reconcile_id(cluster: str) -> str:
    """The id of a cluster's reconciliation, its Schedule, and so of the record of its identity and its hold."""
    return f"reconcile/{cluster}"


def _shorten(text: str) -> str:
    if len(text) <= _ID_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: _ID_LIMIT - 17]}~{digest}"
