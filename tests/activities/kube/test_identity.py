import json
from collections.abc import Callable

import pytest
from httpanswers import Answer, AnsweringServer

from activities.errors import Denied
from activities.kube.identity import read_cluster_identity
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster

Connect = Callable[..., KubeTransport]


@pytest.mark.cluster
def test_a_cluster_is_known_by_the_uid_of_its_first_service(cluster: LocalCluster, transport: KubeTransport) -> None:
    service = cluster.objects.get("/api/v1/namespaces/default/services/kubernetes")
    assert read_cluster_identity(transport) == f"uid:{service['metadata']['uid']}"


@pytest.mark.cluster
def test_without_the_right_it_is_known_by_its_authority(as_service_account: Callable[..., KubeTransport]) -> None:
    first, second = (read_cluster_identity(as_service_account()) for _ in range(2))
    assert first == second
    assert first.startswith("ca:")


@pytest.mark.parametrize("status", [403, 404])
def test_without_an_authority_its_address_is_left(connect: Connect, status: int) -> None:
    with AnsweringServer(Answer(status)) as server:
        transport = connect(server.url)
        assert read_cluster_identity(transport) == f"server:{server.url}"
        transport.close()


def test_wrong_credentials_are_no_identity(connect: Connect) -> None:
    with AnsweringServer(Answer(401)) as server:
        transport = connect(server.url)
        with pytest.raises(Denied):
            read_cluster_identity(transport)
        transport.close()


def test_the_uid_counts_whatever_else_is_there(connect: Connect) -> None:
    with AnsweringServer(Answer(200, json.dumps({"metadata": {"uid": "u-9"}}).encode())) as server:
        transport = connect(server.url)
        assert read_cluster_identity(transport) == "uid:u-9"
        transport.close()
