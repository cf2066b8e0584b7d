"""All that a running worker is known by is replaced, and it pauses and wakes as before."""

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from services import Service
from tlsrelay import TlsRelay, issue_server

from localcluster import LocalCluster
from localcluster.certificates import Authority

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

ACCOUNT = "renewed-worker"


class Installation:
    """A worker whose Temporal and API server are behind TLS, with what it is known by in one folder."""

    def __init__(self, cluster: LocalCluster, temporal: str, namespace: str, folder: Path) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._folder = folder
        self._authority = self._new_authority("yesterday")
        keys, ca = issue_server(self._authority), self._authority.certificate
        trusting = cluster.directory / "certificates" / "ca.crt"
        self._relays = (
            TlsRelay(temporal, keys, clients_of=ca),
            TlsRelay(cluster.server.removeprefix("https://"), keys, clients_of=ca, trusting=trusting),
        )

    def start(self, stack: ExitStack) -> Service:
        """Start both relays and the worker."""
        to_temporal, _ = (stack.enter_context(relay) for relay in self._relays)
        self._hold("first")
        service = Service(
            self._folder / "kubeconfig",
            self._folder,
            cluster=f"renewal-{self._namespace}",
            interval="1h",
            TEMPORAL_ADDRESS=to_temporal.address,
            TEMPORAL_TLS_SERVER_CA_CERT_PATH=str(self._folder / "ca.crt"),
            TEMPORAL_TLS_CLIENT_CERT_PATH=str(self._folder / "tls.crt"),
            TEMPORAL_TLS_CLIENT_KEY_PATH=str(self._folder / "tls.key"),
            FINOPS_TEMPORAL_API_KEY_FILE=str(self._folder / "api-key"),
        )
        stack.callback(service.stop)
        return service.start_worker()

    def renew(self) -> None:
        """Another authority for both sides, and every connection is cut."""
        self._authority = self._new_authority("today")
        for relay in self._relays:
            relay.turn_to(issue_server(self._authority), clients_of=self._authority.certificate)
        self._hold("second")

    def _new_authority(self, name: str) -> Authority:
        (self._folder / name).mkdir()
        return Authority(self._folder / name)

    def _hold(self, api_key: str) -> None:
        certificate, key = self._authority.issue("worker", user="worker")
        for file, name in ((certificate, "tls.crt"), (key, "tls.key"), (self._authority.certificate, "ca.crt")):
            shutil.copy(file, self._folder / name)
        (self._folder / "api-key").write_text(api_key)
        token = self._cluster.token_for(self._namespace, ACCOUNT)
        where = {
            "server": f"https://{self._relays[1].address}",
            "certificate-authority-data": _encoded(self._authority.certificate),
        }
        user = {
            "client-certificate-data": _encoded(certificate),
            "client-key-data": _encoded(key),
            "token": token,
        }
        document = {
            "clusters": [{"name": "there", "cluster": where}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "there", "user": "me"}}],
            "current-context": "here",
        }
        (self._folder / "kubeconfig").write_text(json.dumps(document))


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


@pytest.fixture
def installation(cluster: LocalCluster, temporal: str, namespace: str, tmp_path: Path) -> Iterator[Installation]:
    group, binding = "rbac.authorization.k8s.io", f"renewed-{namespace}"
    account = {"kind": "ServiceAccount", "namespace": namespace, "name": ACCOUNT}
    cluster.objects.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"namespace": namespace, "name": ACCOUNT}}
    )
    cluster.objects.create(
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": binding},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [account],
        }
    )
    yield Installation(cluster, temporal, namespace, tmp_path)
    cluster.objects.delete(f"/apis/{group}/v1/clusterrolebindings/{binding}")


def test_a_worker_pauses_and_wakes_after_all_credentials_were_replaced(
    installation: Installation, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, *(deployment(namespace, name, replicas=3) for name in ("web", "api")))
    with ExitStack() as stack:
        service = installation.start(stack)
        service.run("pause", f"{namespace}/web", "--for", "30m")
        wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="the pause")
        installation.renew()
        service.run("resume", f"{namespace}/web", "--wait")
        assert replicas_of(cluster.objects, namespace, "web") == 3
        service.run("pause", f"{namespace}/api", "--for", "30m")
        wait_for(lambda: replicas_of(cluster.objects, namespace, "api") == 0, what="a pause with the new ones")
        service.run("resume", f"{namespace}/api", "--wait")
        said = service.log.read_text()
        assert "Traceback" not in said
        assert "the credentials for Temporal were replaced" in said
        assert "first" not in said
        assert len(said.splitlines()) < 60, said
