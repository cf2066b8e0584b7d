"""Sleeping workloads as the commands see them, and the copies of records on their ReplicaSets."""

from datetime import datetime

from cases import workload

from policies.costs.cost import HourlyCost
from policies.sleep.record_copies import RecordCopy
from policies.times import to_rfc3339
from policies.workload import Workload


def sleeper(
    name: str,
    *,
    instance: str = "me",
    original: str = "3",
    namespace: str = "dev-shop",
    resume_at: datetime | None = None,
    cost: HourlyCost | None = None,
) -> Workload:
    """A Deployment at zero that carries a whole record."""
    annotations = _record(instance, original, "p-1")
    if resume_at is not None:
        annotations["finops.io/resume-at"] = to_rfc3339(resume_at)
    if cost is not None:
        annotations["finops.io/hourly-cost"] = cost.as_text()
    return workload(namespace, name, replicas=0, annotations=annotations)


def copy_of(
    name: str, revision: int = 1, *, instance: str = "me", original: str = "3", pause_id: str = "p-1"
) -> RecordCopy:
    """The same record, as a ReplicaSet of that Deployment carries it."""
    annotations = _record(instance, original, pause_id)
    return RecordCopy(replica_set=f"{name}-{revision}", revision=revision, annotations=annotations)


def _record(instance: str, original: str, pause_id: str) -> dict[str, str]:
    return {
        "finops.io/paused": "true",
        "finops.io/paused-at": "2026-11-23T19:00:00Z",
        "finops.io/paused-by": "idle-dev",
        "finops.io/original-replicas": original,
        "finops.io/pause-id": pause_id,
        "finops.io/instance": instance,
    }
