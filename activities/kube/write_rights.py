"""In which namespaces the identity in use may carry out a pause: both of its writes, asked of the server itself."""

from collections.abc import Iterable
from dataclasses import replace

from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from policies.rights.rights import WRITES


def namespaces_without_writes(transport: KubeTransport, namespaces: Iterable[str]) -> tuple[str, ...]:
    """Those of them in which a pause would be refused because a right is missing, in order. Raises KubernetesError.

    Asked for all namespaces at once first, which is the answer where a ClusterRole gives the rights.
    """
    wanted = sorted(frozenset(namespaces))
    if not wanted or all(right.allowed for right in review_rights(transport, WRITES)):
        return ()
    asked = tuple(replace(right, namespace=namespace) for namespace in wanted for right in WRITES)
    refused = {right.namespace for right in review_rights(transport, asked) if not right.allowed}
    return tuple(namespace for namespace in wanted if namespace in refused)
