"""From an object as Kubernetes writes it to a Workload as the rules read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activities.kube.lists import KubeModel
from activities.kube.models import (
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    ManagedFields,
    ObjectMeta,
    OwnerReference,
    PodSpec,
)
from activities.kube.quantities import InvalidQuantity
from activities.kube.workloads.pod_requests import sum_requests
from policies.costs.cost import Requests
from policies.kinds import DEPLOYMENT
from policies.workload import Rollout, Workload, WorkloadRef, Writer

REVISION = "deployment.kubernetes.io/revision"

_CORE = "v1"
_DEFAULT_REPLICAS = 1
_DEFAULT_DEADLINE = 600
_BEGINNING = datetime.fromtimestamp(0, UTC)


def to_workload(deployment: Deployment) -> Workload:
    """The Deployment as a Workload. Raises InvalidQuantity where its requests cannot be read."""
    return _convert(deployment, sum_requests(deployment.spec.template.spec))


def to_workload_anyway(deployment: Deployment) -> Workload:
    """The same; requests that cannot be read are left out, because they must never stand in the way of a wake."""
    try:
        return to_workload(deployment)
    except InvalidQuantity:
        return _convert(deployment, Requests())


def _convert(deployment: Deployment, requests: Requests) -> Workload:
    meta, spec = deployment.metadata, deployment.spec
    pod = spec.template.spec
    annotations = meta.annotations or {}
    template_meta = spec.template.metadata
    volumes = pod.volumes or ()
    owner = _owner(meta)
    return Workload(
        ref=WorkloadRef(namespace=meta.namespace, name=meta.name, uid=meta.uid),
        resource_version=meta.resource_version,
        replicas=_DEFAULT_REPLICAS if spec.replicas is None else spec.replicas,
        created_at=meta.created_at or _BEGINNING,
        being_deleted=meta.deleted_at is not None,
        labels=meta.labels or {},
        annotations=annotations,
        owner=None if owner is None else f"{owner.kind}/{owner.name}",
        is_controlled=owner is not None and owner.controller,
        template_labels=(template_meta.labels if template_meta else None) or {},
        priority_class=pod.priority_class,
        requests=requests,
        rollout=_rollout(meta, spec, deployment.status),
        revision=annotations.get(REVISION, ""),
        writers=tuple(_writer(entry) for entry in meta.managed_fields or ()),
        images=_images(pod),
        keeps_data_in_empty_dir=any(volume.empty_dir is not None for volume in volumes),
        has_persistent_volume=any(volume.claim is not None or volume.ephemeral is not None for volume in volumes),
    )


def _owner(meta: ObjectMeta) -> OwnerReference | None:
    """Who may decide its count: the controller, or another owner that something runs for.

    Objects of the core group (a ConfigMap, a Secret) are owners for the garbage collection alone.
    """
    acting = (owner for owner in meta.owners or () if owner.api_version != _CORE)
    return meta.controller or next(acting, None)


def _writer(entry: ManagedFields) -> Writer:
    spec, meta = (entry.fields.spec, entry.fields.metadata) if entry.fields else (None, None)
    annotations = meta.annotations if meta else None
    return Writer(
        manager=entry.manager,
        operation=entry.operation,
        subresource=entry.subresource,
        time=entry.time,
        writes_spec=spec is not None and entry.subresource != "status",
        owns_replicas=spec is not None and spec.replicas is not None,
        owns_last_applied=annotations is not None and annotations.last_applied is not None,
        owns_record=annotations is not None and annotations.paused is not None,
    )


def _rollout(meta: ObjectMeta, spec: DeploymentSpec, status: DeploymentStatus) -> Rollout:
    conditions = {entry.type: entry for entry in status.conditions or ()}
    progressing, available = conditions.get("Progressing"), conditions.get("Available")
    return Rollout(
        paused=spec.paused,
        generation=meta.generation,
        observed_generation=status.observed_generation,
        deadline_seconds=_DEFAULT_DEADLINE if spec.deadline_seconds is None else spec.deadline_seconds,
        status_replicas=status.replicas,
        updated_replicas=status.updated_replicas,
        available_replicas=status.available_replicas,
        progressing_reason=progressing.reason if progressing else None,
        progressing_updated_at=progressing.updated_at if progressing else None,
        available_changed_at=available.changed_at if available else None,
    )


def _images(pod: PodSpec) -> tuple[str, ...]:
    return tuple(container.image for container in pod.containers)


@dataclass(frozen=True)
class Reader:
    """How the objects of one kind are read."""

    model: type[KubeModel]
    convert: Callable[[Any], Workload]
    """Raises InvalidQuantity where its requests cannot be read."""
    convert_anyway: Callable[[Any], Workload]


READERS: Mapping[str, Reader] = {DEPLOYMENT.name: Reader(Deployment, to_workload, to_workload_anyway)}
"""By the name of the kind: each of `policies.kinds` has one."""
