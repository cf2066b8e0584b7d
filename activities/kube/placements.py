"""On which nodes the pods of a Deployment run, for price lists with prices per node."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from activities.kube.lists import KubeModel, list_items
from activities.kube.models import Metadata
from activities.kube.transport import KubeTransport
from policies.workload import WorkloadRef

TEMPLATE_HASH = "pod-template-hash"

_NODES = "/api/v1/nodes"
_PODS = "/api/v1/pods"
_ENDED = frozenset({"Succeeded", "Failed"})
_NOWHERE: Mapping[str, str] = MappingProxyType({})


class _Node(KubeModel):
    metadata: Metadata


class _PodSpec(KubeModel):
    node: str = Field(default="", alias="nodeName")


class _PodStatus(KubeModel):
    phase: str = ""


class _Pod(KubeModel):
    metadata: Metadata
    spec: _PodSpec = _PodSpec()
    status: _PodStatus = _PodStatus()

    @property
    def deployment(self) -> str | None:
        """`namespace/name` of its Deployment, by way of the ReplicaSet that controls it."""
        owner = self.metadata.controller
        template_hash = (self.metadata.labels or {}).get(TEMPLATE_HASH)
        if owner is None or owner.kind != "ReplicaSet" or not template_hash:
            return None
        name = owner.name.removesuffix(f"-{template_hash}")
        return None if name == owner.name else f"{self.metadata.namespace}/{name}"


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
    for pod in list_items(transport, _PODS, _Pod):
        deployment = pod.deployment
        if deployment is not None and pod.status.phase not in _ENDED and pod.metadata.deleted_at is None:
            found[deployment].append(labels.get(pod.spec.node, _NOWHERE))
    return Placements({deployment: tuple(nodes) for deployment, nodes in found.items()})
