from typing import Any

import pytest
from deployments import deployment

from activities.kube.objects.selectors import list_selections
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from policies.costs.doubts import Doubt
from policies.costs.overlaps import object_to_selections

pytestmark = pytest.mark.cluster


def with_selector(namespace: str, name: str, selector: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    made = deployment(namespace, name, replicas=0)
    made["spec"]["selector"] = selector
    made["spec"]["template"]["metadata"]["labels"] = labels
    return made


def test_selectors_are_read_as_far_as_opencost_reads_them(
    cluster: LocalCluster, namespace: str, transport: KubeTransport
) -> None:
    stable = {"matchLabels": {"app": "api"}}
    canary = {"matchLabels": {"app": "api", "track": "canary"}}
    by_expression = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["x"]}]}
    cluster.objects.create_all(
        [
            deployment(namespace, "web", replicas=2),
            with_selector(namespace, "api", stable, {"app": "api"}),
            with_selector(namespace, "api-canary", canary, {"app": "api", "track": "canary"}),
            with_selector(namespace, "x", by_expression, {"app": "x"}),
        ]
    )
    found = {each.key.name: each for each in list_selections(transport) if each.key.namespace == namespace}
    assert {name: each.replicas for name, each in found.items()} == {"web": 2, "api": 0, "api-canary": 0, "x": 0}
    assert found["web"].match_labels == {"app": "web"}
    assert {str(key): each.doubt for key, each in object_to_selections(found.values()).items()} == {
        f"{namespace}/api": Doubt.SELECTORS_OVERLAP,
        f"{namespace}/api-canary": Doubt.SELECTORS_OVERLAP,
        f"{namespace}/x": Doubt.EXPRESSIONS_ONLY,
    }
