from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcluster import ApiError, LocalCluster

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "policies" / "policy" / "documents.yaml").read_text(encoding="utf-8"),
)

pytestmark = pytest.mark.cluster


@pytest.fixture
def create(cluster: LocalCluster, crd: str) -> Callable[[dict[str, Any]], int]:
    """Sends a policy as `kubectl create` would and answers the status; what was created is removed."""

    def send(case: dict[str, Any]) -> int:
        name = case.get("name", "p")
        policy = {
            "apiVersion": "finops.io/v1alpha1",
            "kind": "EnforcementPolicy",
            "metadata": {"name": name},
            "spec": {"scope": {"namespaces": {"include": ["dev-*"]}}, **case.get("spec", {})},
        }
        try:
            cluster.objects.request("POST", f"{crd}?fieldValidation=Strict", policy)
        except ApiError as error:
            return error.status
        cluster.objects.delete(f"{crd}/{name}")
        return 201

    return send


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_api_server_refuses_what_the_crd_can_express(
    case: dict[str, Any], create: Callable[[dict[str, Any]], int]
) -> None:
    assert create(case) in ({400, 422} if case["verdict"] == "refused" else {201})
