"""On which nodes the pods of a workload run, for price lists with prices per node."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from activities.kube.lists import KubeModel, list_items
from activities.kube.models import ObjectMeta
from activities.kube.objects.pods import list_pods
from activities.kube.transport import KubeTransport
from policies.keys import WorkloadKey
from policies.workload import WorkloadRef

_NODES = "/api/v1/nodes"
_NOWHERE: Mapping[str, str] = MappingProxyType({})


class _Node(KubeModel):
    metadata: ObjectMeta


class Placements:
    """Node labels by workload."""

    def __init__(self, by_workload: Mapping[WorkloadKey, tuple[Mapping[str, str], ...]]) -> None:
        self._by_workload = by_workload

    def of(self, ref: WorkloadRef) -> tuple[Mapping[str, str], ...]:
        """One mapping of node labels for each pod that is there; empty for one that is on no node."""
        return self._by_workload.get(ref.key, ())


def read_placements(transport: KubeTransport) -> Placements:
    """List nodes and pods once. Raises KubernetesError, Denied where a right is missing."""
    labels = {node.metadata.name: node.metadata.labels or {} for node in list_items(transport, _NODES, _Node)}
    found: dict[WorkloadKey, list[Mapping[str, str]]] = defaultdict(list)
    for pod in list_pods(transport):
        workload = pod.workload
        if workload is not None and pod.is_there:
            found[workload].append(labels.get(pod.spec.node, _NOWHERE))
    return Placements({workload: tuple(nodes) for workload, nodes in found.items()})
