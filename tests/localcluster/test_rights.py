import json
import stat
from collections.abc import Callable

import pytest

from localcluster import ApiError, LocalCluster, ObjectClient

pytestmark = pytest.mark.cluster


def account(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "default"}}


def may_list_deployments(client: ObjectClient) -> bool:
    """The server hears of a new binding, and the role of its parts, a moment after they are made."""
    try:
        return list(client.list("/apis/apps/v1/namespaces/nowhere/deployments")) == []
    except ApiError:
        return False


def test_a_fresh_service_account_may_do_nothing(cluster: LocalCluster) -> None:
    cluster.objects.create(account("fresh"))
    with cluster.objects_as("default", "fresh") as client, pytest.raises(ApiError) as refused:
        client.get("/apis/apps/v1/deployments")
    assert (refused.value.status, refused.value.reason) == (403, "Forbidden")
    assert 'User "system:serviceaccount:default:fresh" cannot list' in refused.value.message


def test_a_service_account_may_do_what_a_role_gives_it(
    cluster: LocalCluster, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    cluster.objects.create(account("viewer"))
    cluster.objects.create(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "viewer"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "ServiceAccount", "name": "viewer", "namespace": "default"}],
        }
    )
    with cluster.objects_as("default", "viewer") as client:
        wait_until(lambda: may_list_deployments(client))


def test_the_kubeconfig_of_a_service_account_holds_its_token_and_is_private(cluster: LocalCluster) -> None:
    cluster.objects.create(account("carrier"))
    path = cluster.kubeconfig_for("default", "carrier")
    document = json.loads(path.read_text())
    assert document["clusters"][0]["cluster"]["server"] == cluster.server
    assert list(document["users"][0]["user"]) == ["token"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
