"""What the API server is reached by is replaced under a running transport, with real TLS in front of a real server."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from accesses import Access, Kept
from deployments import deployment, wait_for
from tlsrelay import TlsRelay, issue_server

from activities.errors import KubernetesError, Unavailable, Unreachable
from activities.kube.calls import MERGE_PATCH
from activities.kube.identity import confirm_cluster_identity, read_cluster_identity
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from localcluster.certificates import Authority

pytestmark = pytest.mark.cluster

USER = "worker"


class Yesterday:
    """A cluster behind TLS, an account that may change Deployments, and two authorities: the old and the new one."""

    def __init__(self, cluster: LocalCluster, namespace: str, folder: Path) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._folder = folder
        for name in ("old", "new"):
            (folder / name).mkdir()
        self.old, self.new = Authority(folder / "old"), Authority(folder / "new")
        self.relay = TlsRelay(
            cluster.server.removeprefix("https://"),
            issue_server(self.old),
            clients_of=self.old.certificate,
            trusting=cluster.directory / "certificates" / "ca.crt",
        )
        cluster.objects.create(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": f"renewal-{namespace}"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": [{"kind": "ServiceAccount", "namespace": namespace, "name": USER}],
            }
        )

    def new_token(self) -> str:
        """A new token of the account: what was given out before is worth nothing any more."""
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        self._cluster.objects.delete(
            f"/api/v1/namespaces/{self._namespace}/serviceaccounts", fieldSelector=f"metadata.name={USER}"
        )
        self._cluster.objects.create(account | {"metadata": {"namespace": self._namespace, "name": USER}})
        return self._cluster.token_for(self._namespace, USER)

    def pair(self, authority: Authority) -> tuple[Path, Path]:
        """A certificate for us."""
        return authority.issue(USER, user=USER)


@pytest.fixture
def yesterday(cluster: LocalCluster, namespace: str, tmp_path: Path) -> Iterator[Yesterday]:
    made = Yesterday(cluster, namespace, tmp_path)
    with made.relay:
        yield made
    cluster.objects.delete(f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/renewal-{namespace}")


def held_to_its_cluster(kubeconfig: Path) -> KubeTransport:
    """As a worker does, but that between any two looks at the clock eleven seconds pass."""
    looks = itertools.count()
    transport = KubeTransport.connect(kubeconfig, clock=lambda: next(looks) * 11.0)
    transport.guard(partial(confirm_cluster_identity, expected=read_cluster_identity(transport)))
    return transport


def trouble_of(transport: KubeTransport) -> str:
    """What a request comes to; nothing where it is answered."""
    try:
        transport.request("GET", "/api/v1/namespaces")
    except KubernetesError as error:
        return str(error)
    return ""


def take_over(cluster: LocalCluster, access: Access) -> None:
    """The administrator's way into a cluster, in place of what was there."""
    access.kubeconfig.write_text(cluster.kubeconfig.read_text().replace('"localcluster"', '"here"'))


def replace_servers_authority(there: Yesterday, access: Access, token: str) -> Callable[[], None]:
    there.relay.turn_to(issue_server(there.new), clients_of=there.old.certificate)
    return lambda: access.hold(there.new.certificate, *there.pair(there.old), token)


def replace_our_certificate(there: Yesterday, access: Access, token: str) -> Callable[[], None]:
    there.relay.turn_to(issue_server(there.old), clients_of=there.new.certificate)
    return lambda: access.hold(there.old.certificate, *there.pair(there.new), token)


def replace_both(there: Yesterday, access: Access, token: str) -> Callable[[], None]:
    there.relay.turn_to(issue_server(there.new), clients_of=there.new.certificate)
    return lambda: access.hold(there.new.certificate, *there.pair(there.new), token)


def replace_token(there: Yesterday, access: Access, _: str) -> Callable[[], None]:
    token = there.new_token()
    return lambda: access.hold(there.old.certificate, *there.pair(there.old), token)


@pytest.mark.parametrize("kept", ["inline", "in files"])
@pytest.mark.parametrize("replace", [replace_servers_authority, replace_our_certificate, replace_both, replace_token])
def test_a_transport_goes_on_with_what_was_replaced(
    kept: Kept,
    replace: Callable[[Yesterday, Access, str], Callable[[], None]],
    yesterday: Yesterday,
    cluster: LocalCluster,
    namespace: str,
    tmp_path: Path,
) -> None:
    cluster.objects.create(deployment(namespace, "web"))
    access = Access(tmp_path, f"https://{yesterday.relay.address}", kept)
    token = yesterday.new_token()
    access.hold(yesterday.old.certificate, *yesterday.pair(yesterday.old), token)
    transport = held_to_its_cluster(access.kubeconfig)
    come = replace(yesterday, access, token)

    wait_for(lambda: trouble_of(transport) != "", what="what was there before to be worth nothing")
    come()
    wait_for(lambda: not trouble_of(transport), what="what came to be taken")
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    body = b'{"metadata": {"annotations": {"renewed": "yes"}}}'
    assert transport.request("PATCH", path, body=body, content_type=MERGE_PATCH).status == 200
    transport.close()


def test_a_cluster_that_has_moved_is_found_by_its_new_kubeconfig(
    yesterday: Yesterday, cluster: LocalCluster, tmp_path: Path
) -> None:
    access = Access(tmp_path, f"https://{yesterday.relay.address}", "inline")
    held = (yesterday.old.certificate, *yesterday.pair(yesterday.old), yesterday.new_token())
    access.hold(*held)
    transport = held_to_its_cluster(access.kubeconfig)
    yesterday.relay.close_door()
    # A connection that was kept may learn only by being used that it is cut off.
    with pytest.raises((Unreachable, Unavailable)):
        transport.request("GET", "/version")
    take_over(cluster, access)
    assert transport.request("GET", "/version").status == 200
    assert transport.server == cluster.server
    transport.close()


def test_a_kubeconfig_that_is_broken_meanwhile_is_named_until_it_is_mended(
    yesterday: Yesterday, tmp_path: Path
) -> None:
    access = Access(tmp_path, f"https://{yesterday.relay.address}", "inline")
    held = (yesterday.old.certificate, *yesterday.pair(yesterday.old), yesterday.new_token())
    access.hold(*held)
    transport = held_to_its_cluster(access.kubeconfig)
    whole = access.kubeconfig.read_text()
    access.kubeconfig.write_text(whole[:40])
    yesterday.relay.turn_to(issue_server(yesterday.new), clients_of=yesterday.old.certificate)
    wait_for(lambda: "certificate is not accepted" in trouble_of(transport), what="the new certificate to be met")
    assert f"{access.kubeconfig}: is not" in trouble_of(transport)
    access.hold(yesterday.new.certificate, *held[1:])
    assert transport.request("GET", "/version").status == 200
    transport.close()


def test_another_cluster_behind_the_address_is_not_followed(
    yesterday: Yesterday, cluster: LocalCluster, tmp_path: Path
) -> None:
    with LocalCluster.start() as other:
        access = Access(tmp_path, f"https://{yesterday.relay.address}", "inline")
        access.hold(yesterday.old.certificate, *yesterday.pair(yesterday.old), yesterday.new_token())
        transport = held_to_its_cluster(access.kubeconfig)
        yesterday.relay.turn_to(issue_server(yesterday.new), clients_of=yesterday.old.certificate)
        take_over(other, access)
        wait_for(lambda: "this is another cluster" in trouble_of(transport), what="the other cluster to be met")
        assert transport.server == f"https://{yesterday.relay.address}"
        transport.close()
