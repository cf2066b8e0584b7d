"""Which cluster this is, whatever its address or the name of the context."""

import hashlib
import re

from activities.errors import Denied, IdentityMismatch, NotFound
from activities.kube.calls import QUICK_SECONDS
from activities.kube.lists import KubeModel, decode
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport

_SERVICE = "/api/v1/namespaces/default/services/kubernetes"
_BY_UID = "uid:"
_BLANK = re.compile(rb"\s+")


class _Named(KubeModel):
    metadata: ObjectMeta


def read_cluster_identity(transport: KubeTransport) -> str:
    """`uid:` and the uid of Service `default/kubernetes`, which the API server makes once for a cluster.

    Where that may not be read or is not there: `ca:` and the hash of the CA bundle, or, for a server that the
    system's CAs vouch for, `server:` and its address. Raises KubernetesError.
    """
    try:
        return _read_uid(transport)
    except Denied as error:
        if not error.is_forbidden:
            raise
        return _without_service(transport)


def confirm_cluster_identity(transport: KubeTransport, expected: str) -> str:
    """The identity, if this is the expected cluster: a better one than expected where a right was added meanwhile.

    Raises:
        IdentityMismatch: it is another cluster.
        Denied: it was known by its Service, which may not be read any more, so it cannot be told.
        KubernetesError: it does not answer.
    """
    found = _read_uid(transport) if expected.startswith(_BY_UID) else read_cluster_identity(transport)
    if expected not in {found, _without_service(transport)}:
        raise IdentityMismatch(expected=expected, found=found)
    return found


def _read_uid(transport: KubeTransport) -> str:
    try:
        service = decode(_Named, transport.request("GET", _SERVICE, read_seconds=QUICK_SECONDS))
    except NotFound:
        return _without_service(transport)
    return f"{_BY_UID}{service.metadata.uid}" if service.metadata.uid else _without_service(transport)


def _without_service(transport: KubeTransport) -> str:
    if not transport.authority:
        return f"server:{transport.server}"
    return f"ca:{hashlib.sha256(_BLANK.sub(b'', transport.authority)).hexdigest()}"
