"""Objects of other tools, and what those tools wrote onto Namespaces and Deployments: for imports, which only read."""

from typing import Any

from activities.errors import NotFound
from activities.kube.lists import KubeModel, list_if_allowed, list_items
from activities.kube.transport import KubeTransport
from policies.importing.drafts import Foreign

NAMESPACES = "/api/v1/namespaces"
DEPLOYMENTS = "/apis/apps/v1/deployments"
PODS = "/api/v1/pods"
SLEEP_INFOS = "/apis/kube-green.com/v1alpha1/sleepinfos"
_ENDED = frozenset({"Succeeded", "Failed"})


class _ForeignMeta(KubeModel):
    namespace: str = ""
    name: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _NamespaceStatus(KubeModel):
    phase: str = ""


class _Object(KubeModel):
    metadata: _ForeignMeta
    spec: dict[str, Any] | None = None


class _Pod(KubeModel):
    metadata: _ForeignMeta
    status: _NamespaceStatus = _NamespaceStatus()


def list_foreign(transport: KubeTransport, path: str) -> tuple[Foreign, ...] | None:
    """All objects of a kind, or None where the cluster has no such kind. Raises KubernetesError."""
    try:
        listed = list_items(transport, path, _Object)
    except NotFound:
        return None
    return tuple(
        Foreign(
            namespace=each.metadata.namespace,
            name=each.metadata.name,
            labels=each.metadata.labels or {},
            annotations=each.metadata.annotations or {},
            spec=each.spec or {},
        )
        for each in listed
    )


def list_running_pods(transport: KubeTransport) -> tuple[Foreign, ...] | None:
    """Every pod that has not ended, with its annotations alone; None without the right. Raises KubernetesError."""
    listed = list_if_allowed(transport, PODS, _Pod)
    if listed is None:
        return None
    return tuple(
        Foreign(namespace=each.metadata.namespace, name=each.metadata.name, annotations=each.metadata.annotations or {})
        for each in listed
        if each.status.phase not in _ENDED
    )
