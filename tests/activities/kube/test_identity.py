import json
from collections.abc import Callable

import pytest
from httpanswers import Answer, AnsweringServer

from activities.errors import Denied, IdentityMismatch
from activities.kube.identity import confirm_cluster_identity, read_cluster_identity
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


def service(uid: str) -> Answer:
    return Answer(200, json.dumps({"metadata": {"uid": uid}}).encode())


def confirm(connect: Connect, answer: Answer, expected: str) -> str:
    """`HERE` in what is expected stands for the address of the server."""
    with AnsweringServer(answer) as server:
        transport = connect(server.url)
        try:
            return confirm_cluster_identity(transport, expected.replace("HERE", server.url))
        finally:
            transport.close()


def test_the_cluster_of_before_is_confirmed(connect: Connect) -> None:
    assert confirm(connect, service("u-1"), "uid:u-1") == "uid:u-1"


def test_a_right_that_was_added_makes_a_better_identity_and_no_other_cluster(connect: Connect) -> None:
    assert confirm(connect, service("u-1"), "server:HERE") == "uid:u-1"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (service("u-2"), "uid:u-1"),
        (Answer(404), "uid:u-1"),
        (Answer(403), "server:https://elsewhere"),
        (service("u-1"), "server:https://elsewhere"),
        (service("u-1"), "ca:0123"),
    ],
    ids=["another uid", "no Service", "another address", "a uid at another address", "another authority"],
)
def test_another_cluster_is_refused(connect: Connect, answer: Answer, expected: str) -> None:
    with pytest.raises(IdentityMismatch, match="another cluster"):
        confirm(connect, answer, expected)


def test_a_right_that_was_taken_away_makes_it_unknown_and_names_the_right(connect: Connect) -> None:
    with pytest.raises(Denied, match="the right to get services in namespace default is missing"):
        confirm(connect, Answer(403), "uid:u-1")
