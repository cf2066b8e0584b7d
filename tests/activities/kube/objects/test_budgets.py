from datetime import UTC, datetime

import pytest

from activities.kube.objects.budgets import Budget, read_budgets
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.policy.selectors import LabelSelector
from policies.workload import Workload, WorkloadRef


@pytest.mark.cluster
def test_budgets_that_want_a_number_of_pods_are_read_and_those_that_are_met_at_zero_are_not(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    specs: dict[str, dict[str, int | str]] = {
        "number": {"minAvailable": 2},
        "percentage": {"minAvailable": "50%"},
        "unavailable": {"maxUnavailable": 1},
        "none": {"minAvailable": 0},
    }
    for name, spec in specs.items():
        cluster.objects.request(
            "POST",
            f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": name},
                "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec},
            },
        )
    (found,) = (each for each in read_budgets(transport) if each.namespace == namespace)
    assert (found.name, found.at_least) == ("number", 2)


@pytest.mark.parametrize(
    ("namespace", "labels", "selected"),
    [("shop", {"app": "web", "tier": "a"}, True), ("shop", {"app": "api"}, False), ("dev", {"app": "web"}, False)],
)
def test_a_budget_is_about_pods_of_its_namespace_by_their_labels(
    namespace: str, labels: dict[str, str], selected: bool
) -> None:
    workload = Workload(
        ref=WorkloadRef(namespace=namespace, name="web"),
        resource_version="1",
        replicas=1,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        template_labels=labels,
    )
    budget = Budget("shop", "web", 1, LabelSelector.model_validate({"matchLabels": {"app": "web"}}))
    assert budget.selects(workload) is selected
