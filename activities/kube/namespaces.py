"""Which namespaces are being deleted: what lives in them does not carry a mark of it yet."""

from activities.kube.lists import KubeModel, list_if_allowed
from activities.kube.models import Metadata
from activities.kube.transport import KubeTransport

_NAMESPACES = "/api/v1/namespaces"


class _Namespace(KubeModel):
    metadata: Metadata


def read_ending_namespaces(transport: KubeTransport) -> frozenset[str]:
    """Namespaces that are being deleted; none where the right to list them is missing. Raises KubernetesError.

    Not knowing is no reason to leave a whole cluster alone: a pause in such a namespace only succeeds on paper, and
    its hibernation ends with the Deployment.
    """
    namespaces = list_if_allowed(transport, _NAMESPACES, _Namespace) or ()
    return frozenset(each.metadata.name for each in namespaces if each.metadata.deleted_at is not None)
