"""The selectors and counts of all Deployments, for a cost source that goes by labels."""

from typing import Annotated

from pydantic import AfterValidator, Field

from activities.kube.lists import KubeModel, list_items
from activities.kube.transport import KubeTransport
from policies.costs.overlaps import PodSelection
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT

_PAGE = 250
"""Smaller than other pages: the worker does this beside everything else, and keeps the memory of the largest."""
_DEFAULT_REPLICAS = 1


class _SelectedMeta(KubeModel):
    namespace: str = ""
    name: str = ""


class _Labelled(KubeModel):
    labels: dict[str, str] | None = None


class _Selector(KubeModel):
    match_labels: dict[str, str] | None = Field(default=None, alias="matchLabels")


class _Template(KubeModel):
    metadata: _Labelled | None = None


class _SelectorSpec(KubeModel):
    replicas: int | None = None
    selector: _Selector = _Selector()
    template: _Template = _Template()


class _SelectedDeployment(KubeModel):
    metadata: _SelectedMeta
    spec: _SelectorSpec


def _reduce(item: _SelectedDeployment) -> PodSelection:
    spec, labelled = item.spec, item.spec.template.metadata
    return PodSelection(
        key=WorkloadKey(item.metadata.namespace, item.metadata.name, DEPLOYMENT.name),
        replicas=_DEFAULT_REPLICAS if spec.replicas is None else spec.replicas,
        match_labels=spec.selector.match_labels or {},
        template_labels=(None if labelled is None else labelled.labels) or {},
    )


_Reduced = Annotated[_SelectedDeployment, AfterValidator(_reduce)]
"""Each is reduced as soon as it is read."""


def list_selections(transport: KubeTransport) -> tuple[PodSelection, ...]:
    """The selections of all Deployments, also of those at zero. Raises KubernetesError."""
    return list_items(transport, DEPLOYMENT.path, _Reduced, limit=_PAGE)  # type: ignore[return-value]
