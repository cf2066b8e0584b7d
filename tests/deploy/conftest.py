from contextlib import suppress
from pathlib import Path

import pytest
from deployments import wait_for
from kubectl import kubectl
from manifests import INSTALL

from localcluster import ApiError, LocalCluster

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="session")
def crd(cluster: LocalCluster) -> str:
    """The API path of the policies, once the API server serves it."""
    path = "/apis/finops.io/v1alpha1/enforcementpolicies"
    kubectl(cluster, "apply", "--server-side", "-f", str(DEPLOY / "chart" / "crds"))

    def is_served() -> bool:
        with suppress(ApiError):
            cluster.objects.get(path)
            return True
        return False

    wait_for(is_served, what="the CRD to be served")
    return path


@pytest.fixture(scope="session")
def installed(cluster: LocalCluster, crd: str) -> tuple[str, str]:
    """The plain manifests on the cluster; namespace and name of the worker's service account."""
    kubectl(cluster, "apply", "--server-side", "-f", str(INSTALL))
    return "finops-enforcer", "finops-enforcer"
