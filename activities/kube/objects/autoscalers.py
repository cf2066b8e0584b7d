"""Which Deployments an autoscaler targets: HorizontalPodAutoscalers, and KEDA's ScaledObjects where KEDA is there. And
the bounds of one Deployment's HorizontalPodAutoscaler.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from activities.errors import Denied, KubernetesError, NotFound
from activities.kube.calls import path_of
from activities.kube.lists import KubeModel, list_few, list_if_allowed
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport
from policies.checks import Autoscalers
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT, KINDS, Kind
from policies.sleep.raised_count import Bounds
from policies.workload import WorkloadRef

_HPAS = "/apis/autoscaling/v2/horizontalpodautoscalers"
_SCALED_OBJECTS = "/apis/keda.sh/v1alpha1/scaledobjects"
_KEDA_PREFIX = "keda-hpa-"
_DEFAULT_LOW = 1

_LOG = logging.getLogger(__name__)


class _Target(KubeModel):
    """What is scaled. KEDA leaves kind and apiVersion out for a Deployment."""

    api_version: str = Field(default="", alias="apiVersion")
    kind: str | None = None
    name: str = ""

    @property
    def known_kind(self) -> Kind | None:
        """The kind, where it is one that can sleep."""
        group, title = self.api_version.partition("/")[0], self.kind or DEPLOYMENT.title
        return next((kind for kind in KINDS if kind.title == title and group in {"", kind.group}), None)


class _AutoscalerSpec(KubeModel):
    target: _Target = Field(default=_Target(), alias="scaleTargetRef")
    low: int | None = Field(default=None, alias="minReplicas")
    high: int = Field(default=0, alias="maxReplicas")


class _AutoscalerStatus(KubeModel):
    scaled_at: datetime | None = Field(default=None, alias="lastScaleTime")


class _Autoscaler(KubeModel):
    """A HorizontalPodAutoscaler or a ScaledObject."""

    metadata: ObjectMeta
    spec: _AutoscalerSpec = _AutoscalerSpec()
    status: _AutoscalerStatus = _AutoscalerStatus()

    @property
    def target(self) -> WorkloadKey | None:
        target, kind = self.spec.target, self.spec.target.known_kind
        return WorkloadKey(self.metadata.namespace, target.name, kind.name) if kind and target.name else None

    @property
    def belongs_to_keda(self) -> bool:
        owners = self.metadata.owners or ()
        return self.metadata.name.startswith(_KEDA_PREFIX) or any(owner.kind == "ScaledObject" for owner in owners)


def read_autoscalers(transport: KubeTransport) -> Autoscalers | None:
    """The targets of all autoscalers, or None where a right to list them is missing. Raises KubernetesError."""
    hpas = list_if_allowed(transport, _HPAS, _Autoscaler)
    if hpas is None:
        return None
    try:
        scaled_objects = list_if_allowed(transport, _SCALED_OBJECTS, _Autoscaler)
    except NotFound:
        scaled_objects = ()
    if scaled_objects is None:
        return None
    horizontal = [(hpa.target, hpa) for hpa in hpas if hpa.target and not hpa.belongs_to_keda]
    return Autoscalers(
        horizontal=frozenset(target for target, _ in horizontal),
        from_zero=frozenset(target for target, hpa in horizontal if hpa.spec.low == 0),
        scaled_at=_last_scalings((target, hpa.status.scaled_at) for target, hpa in horizontal),
        keda=frozenset(
            [hpa.target for hpa in hpas if hpa.target and hpa.belongs_to_keda]
            + [scaled.target for scaled in scaled_objects if scaled.target]
        ),
    )


def _last_scalings(scalings: Iterable[tuple[WorkloadKey, datetime | None]]) -> Mapping[WorkloadKey, datetime]:
    """When each target was last scaled: two HPAs may have the same one."""
    latest: dict[WorkloadKey, datetime] = {}
    for target, time in scalings:
        if time is not None:
            latest[target] = max(time, latest.get(target, time))
    return latest


def read_bounds(transport: KubeTransport, ref: WorkloadRef) -> Bounds | None:
    """The bounds of the one HorizontalPodAutoscaler that targets the workload.

    None where there is no such autoscaler, more than one, or KEDA's, and on any error: without bounds a raised count is
    somebody's choice, and the workload runs.
    """
    path = path_of("/apis/autoscaling/v2/namespaces", ref.namespace, "horizontalpodautoscalers")
    try:
        hpas = list_few(transport, path, _Autoscaler)
    except Denied:
        return None
    except KubernetesError as error:
        _LOG.warning("the bounds of the HorizontalPodAutoscaler of %s cannot be read: %s", ref, error)
        return None
    targeting = [hpa for hpa in hpas if hpa.target == ref.key]
    if len(targeting) != 1 or targeting[0].belongs_to_keda:
        return None
    spec = targeting[0].spec
    return Bounds(low=_DEFAULT_LOW if spec.low is None else spec.low, high=spec.high)
