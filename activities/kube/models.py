"""The parts of a Deployment that are read, as Kubernetes names them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from activities.kube.lists import KubeModel
from policies.annotations import PAUSED

Quantities = Mapping[str, str | int | float]


class OwnerReference(KubeModel):
    """Who an object belongs to."""

    api_version: str = Field(default="", alias="apiVersion")
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class SpecFields(KubeModel):
    """Which fields of a spec a writer owns."""

    replicas: Any = Field(default=None, alias="f:replicas")


class AnnotationFields(KubeModel):
    """Which annotations a writer owns."""

    last_applied: Any = Field(default=None, alias="f:kubectl.kubernetes.io/last-applied-configuration")
    paused: Any = Field(default=None, alias=f"f:{PAUSED}")


class MetadataFields(KubeModel):
    """Which fields of the metadata a writer owns."""

    annotations: AnnotationFields | None = Field(default=None, alias="f:annotations")


class OwnedFields(KubeModel):
    """`fieldsV1`, as far as anybody is asked about."""

    metadata: MetadataFields | None = Field(default=None, alias="f:metadata")
    spec: SpecFields | None = Field(default=None, alias="f:spec")


class ManagedFields(KubeModel):
    """One writer of an object."""

    manager: str = ""
    operation: str = ""
    subresource: str = ""
    time: datetime | None = None
    fields: OwnedFields | None = Field(default=None, alias="fieldsV1")


class ObjectMeta(KubeModel):
    """Of any object."""

    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = Field(default="", alias="resourceVersion")
    generation: int = 0
    created_at: datetime | None = Field(default=None, alias="creationTimestamp")
    deleted_at: datetime | None = Field(default=None, alias="deletionTimestamp")
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owners: tuple[OwnerReference, ...] | None = Field(default=None, alias="ownerReferences")
    managed_fields: tuple[ManagedFields, ...] | None = Field(default=None, alias="managedFields")

    @property
    def controller(self) -> OwnerReference | None:
        """The one owner that controls it."""
        return next((owner for owner in self.owners or () if owner.controller), None)


class Resources(KubeModel):
    """What a container or a pod asks for."""

    requests: Quantities | None = None
    limits: Quantities | None = None


class Container(KubeModel):
    """A container, also one that runs before the others."""

    image: str = ""
    restart_policy: str = Field(default="", alias="restartPolicy")
    resources: Resources | None = None


class Volume(KubeModel):
    """A volume, as far as data in it may be lost or kept."""

    empty_dir: Any = Field(default=None, alias="emptyDir")
    claim: Any = Field(default=None, alias="persistentVolumeClaim")
    ephemeral: Any = None


class PodSpec(KubeModel):
    """Of a pod template."""

    containers: tuple[Container, ...] = ()
    init_containers: tuple[Container, ...] | None = Field(default=None, alias="initContainers")
    resources: Resources | None = None
    overhead: Quantities | None = None
    volumes: tuple[Volume, ...] | None = None
    priority_class: str = Field(default="", alias="priorityClassName")


class Template(KubeModel):
    """A pod template."""

    metadata: ObjectMeta | None = None
    spec: PodSpec = PodSpec()


class DeploymentSpec(KubeModel):
    """What a Deployment shall be."""

    replicas: int | None = None
    paused: bool = False
    deadline_seconds: int | None = Field(default=None, alias="progressDeadlineSeconds")
    template: Template = Template()


class DeploymentCondition(KubeModel):
    """One of a Deployment's conditions."""

    type: str = ""
    status: str = ""
    reason: str = ""
    updated_at: datetime | None = Field(default=None, alias="lastUpdateTime")
    changed_at: datetime | None = Field(default=None, alias="lastTransitionTime")


class DeploymentStatus(KubeModel):
    """How far the controller has got."""

    observed_generation: int = Field(default=0, alias="observedGeneration")
    replicas: int = 0
    updated_replicas: int = Field(default=0, alias="updatedReplicas")
    available_replicas: int = Field(default=0, alias="availableReplicas")
    conditions: tuple[DeploymentCondition, ...] | None = None


class Deployment(KubeModel):
    """A Deployment."""

    metadata: ObjectMeta
    spec: DeploymentSpec
    status: DeploymentStatus = DeploymentStatus()


class ScaleSpec(KubeModel):
    """Of a Scale, which leaves out a zero."""

    replicas: int = 0


class Scale(KubeModel):
    """The `/scale` of a Deployment. Its resourceVersion is the Deployment's."""

    metadata: ObjectMeta
    spec: ScaleSpec = ScaleSpec()
