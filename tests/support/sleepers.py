"""Sleeping workloads as the commands see them."""

from cases import workload

from policies.workload import Workload


def sleeper(name: str, *, instance: str = "me", original: str = "3", namespace: str = "dev-shop") -> Workload:
    """A Deployment at zero that carries a whole record."""
    carried = {
        "finops.io/paused": "true",
        "finops.io/paused-at": "2026-11-23T19:00:00Z",
        "finops.io/paused-by": "idle-dev",
        "finops.io/original-replicas": original,
        "finops.io/pause-id": "p-1",
        "finops.io/instance": instance,
    }
    return workload(namespace, name, replicas=0, annotations=carried)
