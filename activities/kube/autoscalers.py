"""Which Deployments an autoscaler targets: HorizontalPodAutoscalers, and KEDA's ScaledObjects where KEDA is there."""

from pydantic import Field

from activities.errors import NotFound
from activities.kube.lists import KubeModel, list_if_allowed
from activities.kube.models import Metadata
from activities.kube.transport import KubeTransport
from policies.checks import Autoscalers

_HPAS = "/apis/autoscaling/v2/horizontalpodautoscalers"
_SCALED_OBJECTS = "/apis/keda.sh/v1alpha1/scaledobjects"
_KEDA_PREFIX = "keda-hpa-"


class _Target(KubeModel):
    """What is scaled. KEDA leaves kind and apiVersion out for a Deployment."""

    api_version: str = Field(default="", alias="apiVersion")
    kind: str = "Deployment"
    name: str = ""

    @property
    def is_deployment(self) -> bool:
        return self.kind == "Deployment" and self.api_version.partition("/")[0] in {"", "apps"}


class _Spec(KubeModel):
    target: _Target = Field(default=_Target(), alias="scaleTargetRef")


class _Autoscaler(KubeModel):
    """A HorizontalPodAutoscaler or a ScaledObject."""

    metadata: Metadata
    spec: _Spec = _Spec()

    @property
    def target(self) -> str | None:
        target = self.spec.target
        return f"{self.metadata.namespace}/{target.name}" if target.is_deployment and target.name else None

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
    return Autoscalers(
        horizontal=frozenset(hpa.target for hpa in hpas if hpa.target and not hpa.belongs_to_keda),
        keda=frozenset(
            [hpa.target for hpa in hpas if hpa.target and hpa.belongs_to_keda]
            + [scaled.target for scaled in scaled_objects if scaled.target]
        ),
    )
