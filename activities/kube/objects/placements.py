"""On which nodes the pods of a Deployment run, for price lists with prices per node."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from activities.kube.lists import KubeModel, list_items
from activities.kube.models import ObjectMeta
from activities.kube.objects.pods import list_pods
from activities.kube.transport import KubeTransport
from policies.workload import WorkloadRef

_NODES = "/api/v1/nodes"
_NOWHERE: Mapping[str, str] = MappingProxyType({})


class _Node(KubeModel):
    metadata: ObjectMeta


class Placements:
    """Node labels by Deployment."""

    def __init__(self, by_deployment: Mapping[str, tuple[Mapping[str, str], ...]]) -> None:
        self._by_deployment = by_deployment

    def of(self, ref: WorkloadRef) -> tuple[Mapping[str, str], ...]:
        """One mapping of node labels for each pod that is there; empty for one that is on no node."""
        return self._by_deployment.get(str(ref), ())


def read_placements(transport: KubeTransport) -> Placements:
    """List nodes and pods once. Raises KubernetesError, Denied where a right is missing."""
    labels = {node.metadata.name: node.metadata.labels or {} for node in list_items(transport, _NODES, _Node)}
    found: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for pod in list_pods(transport):
        deployment = pod.deployment
        if deployment is not None and pod.is_there:
            found[deployment].append(labels.get(pod.spec.node, _NOWHERE))
    return Placements({deployment: tuple(nodes) for deployment, nodes in found.items()})
