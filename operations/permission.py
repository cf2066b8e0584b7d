"""Whether people may do in the cluster themselves what they ask the service to do there.

The service acts with rights of its own, and Temporal does not know those of Kubernetes. So a command asks before it
acts. That stops whoever means well; others are stopped by Temporal's own authorization (docs/security.md).
"""

from activities.errors import IoError
from activities.kube.rights import review_rights
from operations.errors import NotAllowed
from operations.installation import Installation
from policies.keys import WorkloadKey
from policies.kinds import KINDS, kind_named
from policies.rights.rights import right_to_scale


def require_right_to_scale(
    installation: Installation, *, namespace: str | None = None, key: WorkloadKey | None = None, instead: str = ""
) -> None:
    """One review by the API server, of the identity in use: may it scale that workload, or those of a namespace, or
    without either all of them? Where that cannot be asked the listener is warned, and it goes on.
    `instead` is what somebody without the right might do.

    Raises NotAllowed.
    """
    where = namespace or ("" if key is None else key.namespace)
    kinds = KINDS if key is None else (kind_named(key.kind),)
    try:
        answers = review_rights(installation.cluster.transport, [right_to_scale(kind, where) for kind in kinds])
    except IoError as error:
        installation.listener.warn(f"whether you may scale there cannot be asked, so it goes on without: {error}")
        return
    for right in answers:
        if not right.allowed:
            raise NotAllowed(str(right), where, instead)
