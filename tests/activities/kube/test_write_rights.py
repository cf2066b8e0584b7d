"""Where a pause would be refused, as a real API server answers it."""

from collections.abc import Callable

import pytest
from accounts import enroll, grant

from activities.kube.transport import KubeTransport
from activities.kube.write_rights import namespaces_without_writes
from localcluster import LocalCluster

pytestmark = pytest.mark.cluster

PATCH = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"]}
SCALE = {"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}


@pytest.mark.parametrize(
    ("rules", "refused"), [((PATCH, SCALE), ()), ((PATCH,), ("a", "b")), ((), ("a", "b"))], ids=["both", "one", "none"]
)
def test_a_pause_needs_both_of_its_writes(
    rules: tuple[dict[str, list[str]], ...],
    refused: tuple[str, ...],
    as_service_account: Callable[..., KubeTransport],
) -> None:
    assert namespaces_without_writes(as_service_account(*rules), ["b", "a", "b"]) == refused


def test_rights_in_one_namespace_are_found_there(cluster: LocalCluster, fresh_namespace: Callable[[], str]) -> None:
    mine, other = fresh_namespace(), fresh_namespace()
    kubeconfig = enroll(cluster, f"writer-{mine}")
    grant(cluster, f"writer-{mine}", [PATCH, SCALE], mine)
    transport = KubeTransport.connect(kubeconfig)
    assert namespaces_without_writes(transport, [mine, other]) == (other,)
    transport.close()


def test_where_nothing_would_be_paused_nothing_is_asked(as_service_account: Callable[..., KubeTransport]) -> None:
    assert namespaces_without_writes(as_service_account(), []) == ()
