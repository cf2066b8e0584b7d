"""The ReplicaSets of a Deployment, as far as they carry copies of our annotations.

Asked only about a Deployment whose own record is damaged, or that somebody asks about: one paged list of its namespace.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from pydantic import Field

from activities.kube.calls import path_of
from activities.kube.lists import KubeModel, list_items
from activities.kube.models import OwnerReference
from activities.kube.transport import KubeTransport
from activities.kube.workloads.conversion import REVISION
from policies.annotations import PREFIX, is_annotated
from policies.sleep.record_copies import RecordCopy
from policies.workload import WorkloadRef

_NUMBER = re.compile(r"[0-9]{1,18}")


class _ReplicaSetMeta(KubeModel):
    """Less than of other objects: of many ReplicaSets nothing else is looked at."""

    name: str = ""
    annotations: dict[str, str] | None = None
    owners: tuple[OwnerReference, ...] | None = Field(default=None, alias="ownerReferences")


class _ReplicaSet(KubeModel):
    metadata: _ReplicaSetMeta

    @property
    def deployment_uid(self) -> str:
        """The uid of the Deployment that controls it, or nothing."""
        owners = self.metadata.owners or ()
        return next((owner.uid for owner in owners if owner.controller and owner.kind == "Deployment"), "")

    def as_copy(self) -> RecordCopy:
        carried = self.metadata.annotations or {}
        revision = carried.get(REVISION, "")
        return RecordCopy(
            replica_set=self.metadata.name,
            revision=int(revision) if _NUMBER.fullmatch(revision) else 0,
            annotations={key: value for key, value in carried.items() if key.startswith(PREFIX)},
        )


class ReplicaSets:
    """The ReplicaSets of one cluster."""

    def __init__(self, transport: KubeTransport) -> None:
        self._transport = transport

    def list_copies(self, namespace: str) -> Mapping[str, tuple[RecordCopy, ...]]:
        """The copies of records in a namespace, newest first, by the uid of the Deployment they belong to.

        Raises KubernetesError.
        """
        path = path_of("/apis/apps/v1/namespaces", namespace, "replicasets")
        copies: dict[str, list[RecordCopy]] = defaultdict(list)
        for item in list_items(self._transport, path, _ReplicaSet):
            copy = item.as_copy()
            if item.deployment_uid and is_annotated(copy.annotations):
                copies[item.deployment_uid].append(copy)
        return {uid: tuple(sorted(found, key=lambda copy: -copy.revision)) for uid, found in copies.items()}

    def copies_of(self, ref: WorkloadRef) -> tuple[RecordCopy, ...]:
        """The copies that the ReplicaSets of one Deployment carry, newest first. Raises KubernetesError."""
        return self.list_copies(ref.namespace).get(ref.uid, ())
