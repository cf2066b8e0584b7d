"""Ids of workflows, as tests name workloads."""

from policies.names import hibernation_id
from policies.workload import WorkloadRef


def id_of(cluster: str, namespace: str, name: str) -> str:
    """The id of a Deployment's hibernation."""
    return hibernation_id(cluster, WorkloadRef(namespace=namespace, name=name))
