"""Objects of other tools, and what those tools wrote onto Namespaces and Deployments: for imports, which only read."""

from typing import Any

from activities.errors import NotFound
from activities.kube.lists import KubeModel, list_items
from activities.kube.transport import KubeTransport
from policies.importing.drafts import Foreign

NAMESPACES = "/api/v1/namespaces"
DEPLOYMENTS = "/apis/apps/v1/deployments"
SLEEP_INFOS = "/apis/kube-green.com/v1alpha1/sleepinfos"


class _Metadata(KubeModel):
    namespace: str = ""
    name: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None


class _Object(KubeModel):
    metadata: _Metadata
    spec: dict[str, Any] | None = None


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
