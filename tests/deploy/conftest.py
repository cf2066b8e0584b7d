from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import wait_for

from localcluster import ApiError, LocalCluster

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = DEPLOY / "manifests"


def manifests(*files: str) -> list[dict[str, Any]]:
    """The objects in these files of deploy/, in their order."""
    return [item for file in files for item in yaml.safe_load_all((DEPLOY / file).read_text(encoding="utf-8"))]


def policies_config_map() -> dict[str, Any]:
    """The ConfigMap that kustomize makes, without the hash in its name."""
    generated = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text(encoding="utf-8"))["configMapGenerator"][0]
    files = [MANIFESTS / file for file in generated["files"]]
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": generated["name"], "namespace": generated["namespace"]},
        "data": {file.name: file.read_text(encoding="utf-8") for file in files},
    }


@pytest.fixture(scope="session")
def apply(cluster: LocalCluster) -> Callable[[list[dict[str, Any]]], None]:
    """Creates what is not there yet."""

    def create(items: list[dict[str, Any]]) -> None:
        for item in items:
            try:
                cluster.objects.create(item)
            except ApiError as error:
                if error.reason != "AlreadyExists":
                    raise

    return create


@pytest.fixture(scope="session")
def crd(cluster: LocalCluster, apply: Callable[[list[dict[str, Any]]], None]) -> str:
    """The API path of the policies, once the API server serves it."""
    path = "/apis/finops.io/v1alpha1/enforcementpolicies"
    apply(manifests("crd/enforcementpolicies.finops.io.yaml"))

    def is_served() -> bool:
        with suppress(ApiError):
            cluster.objects.get(path)
            return True
        return False

    wait_for(is_served, what="the CRD to be served")
    return path


@pytest.fixture(scope="session")
def installed(apply: Callable[[list[dict[str, Any]]], None], crd: str) -> tuple[str, str]:
    """The base of the manifests on the cluster; namespace and name of the worker's service account."""
    apply(
        [
            *manifests(
                "manifests/namespace.yaml",
                "manifests/serviceaccount.yaml",
                "manifests/rbac.yaml",
                "manifests/admission.yaml",
            ),
            policies_config_map(),
            *manifests("manifests/deployment.yaml"),
        ]
    )
    return "finops-enforcer", "finops-enforcer"
