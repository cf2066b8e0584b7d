"""PodDisruptionBudgets that want pods whatever the count is: at zero they are not met, and alerts on budgets fire."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError

from activities.kube.lists import KubeModel, list_if_allowed
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport
from policies.policy.selectors import LabelSelector
from policies.workload import Workload

_BUDGETS = "/apis/policy/v1/poddisruptionbudgets"


class _BudgetSpec(KubeModel):
    at_least: int | str | None = Field(default=None, alias="minAvailable")
    selector: Any = None


class _Budget(KubeModel):
    metadata: ObjectMeta
    spec: _BudgetSpec = _BudgetSpec()


@dataclass(frozen=True)
class Budget:
    """One that wants a number of pods. A percentage, and `maxUnavailable`, are met at zero."""

    namespace: str
    name: str
    at_least: int
    selector: LabelSelector

    def selects(self, workload: Workload) -> bool:
        """Whether it is about the workload's pods."""
        return workload.ref.namespace == self.namespace and self.selector.matches(workload.template_labels)


def read_budgets(transport: KubeTransport) -> tuple[Budget, ...]:
    """All that want a number of pods; empty where they may not be listed. Raises KubernetesError."""
    listed = list_if_allowed(transport, _BUDGETS, _Budget) or ()
    return tuple(found for each in listed for found in _as_budget(each))


def _as_budget(listed: _Budget) -> Iterator[Budget]:
    at_least = listed.spec.at_least
    if not isinstance(at_least, int) or at_least <= 0:
        return
    try:
        selector = LabelSelector.model_validate(listed.spec.selector or {})
    except ValidationError:  # nothing rests on it but a warning
        return
    yield Budget(listed.metadata.namespace, listed.metadata.name, at_least, selector)
