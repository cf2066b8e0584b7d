"""Workloads and ids by the names that people write."""

from policies.keys import WorkloadKey, parse_key
from policies.names import hibernation_id


def key_of(text: str) -> WorkloadKey:
    """The key of `namespace/name`."""
    key = parse_key(text)
    assert key is not None, text
    return key


def id_of(cluster: str, namespace: str, name: str) -> str:
    """The id of a Deployment's hibernation."""
    return hibernation_id(cluster, WorkloadKey(namespace, name))
