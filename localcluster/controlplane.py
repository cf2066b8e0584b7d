"""Starts etcd, kube-apiserver and kube-controller-manager in one folder and waits until each answers."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from localcluster.certificates import Authority, write_private, write_service_account_keys
from localcluster.errors import ChildDied, ChildNotReady
from localcluster.kubeconfig import client_certificate, kubeconfig_text
from localcluster.objects import ApiError, ObjectClient
from localcluster.processes import Child
from localcluster.settings import LocalClusterSettings

LOCALHOST = "127.0.0.1"
READY_SECONDS = 90.0
POLL_SECONDS = 0.05
PORT_ATTEMPTS = 4
CONTROLLERS = (
    "deployment-controller",
    "replicaset-controller",
    "horizontal-pod-autoscaler-controller",
    "disruption-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "serviceaccount-controller",
    "resourcequota-controller",
    "clusterrole-aggregation-controller",  # without it the roles view, edit and admin are empty
)
AUDIT_LOG = "audit.log"
KUBECONFIG = "kubeconfig"


@dataclass(frozen=True)
class ControlPlanePorts:
    """Free ports of this machine at the moment of asking."""

    etcd: int
    peer: int
    apiserver: int


def free_ports() -> ControlPlanePorts:
    """Three different ports that nobody listens on; somebody may take one before we do."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind((LOCALHOST, 0))
        return ControlPlanePorts(*(each.getsockname()[1] for each in sockets))


class ControlPlane:
    """The three programs of one folder."""

    def __init__(self, folder: Path, settings: LocalClusterSettings, changed: Callable[["ControlPlane"], None]) -> None:
        """`changed` is called after every start of a program, so that its pid is on record before anything else."""
        self.children: list[Child] = []
        self.ports = free_ports()
        self._folder = folder
        self._settings = settings
        self._changed = changed
        self._keys = folder / "certificates"

    @property
    def server(self) -> str:
        return f"https://{LOCALHOST}:{self.ports.apiserver}"

    @property
    def etcd(self) -> str:
        return f"https://{LOCALHOST}:{self.ports.etcd}"

    def start(self, say: Callable[[str], None]) -> None:
        """Start all and wait for all; tries other ports when one was taken in between.

        Raises:
            ChildDied, ChildNotReady: one did not come up; all are stopped then.
        """
        self._write_identities()
        for attempt in range(1, PORT_ATTEMPTS + 1):
            try:
                self._start_once(say)
            except ChildDied as error:
                self.kill()
                if attempt == PORT_ATTEMPTS or "address already in use" not in error.tail:
                    raise
                self.ports = free_ports()
            except BaseException:
                self.kill()
                raise
            else:
                return

    def kill(self) -> None:
        """End all programs at once."""
        for child in reversed(self.children):
            child.kill()
        self.children.clear()

    def client(self, identity: str) -> ObjectClient:
        """A client of the API server as one of our certificates: `admin` or `pod-runner`."""
        return self._client(self.server, identity)

    def _client(self, server: str, identity: str) -> ObjectClient:
        pair = (self._keys / f"{identity}.crt", self._keys / f"{identity}.key")
        return ObjectClient(server, self._keys / "ca.crt", certificate=pair)

    def _write_identities(self) -> None:
        self._keys.mkdir(mode=0o700)
        authority = Authority(self._keys)
        # etcd asks for certificates too: its port is open to everybody on the machine, and so is all it holds.
        authority.issue("etcd", user="etcd", server=True)
        authority.issue("apiserver", user="kube-apiserver", server=True)
        authority.issue("admin", user="localcluster-admin", group="system:masters")
        authority.issue("pod-runner", user="localcluster-pod-runner", group="system:masters")
        authority.issue("controller-manager", user="system:kube-controller-manager")
        write_service_account_keys(self._keys)

    def _write_kubeconfig(self, path: Path, identity: str) -> None:
        user = client_certificate(self._keys / f"{identity}.crt", self._keys / f"{identity}.key")
        write_private(path, kubeconfig_text(self.server, self._keys / "ca.crt", user, name="localcluster"))

    def _start_once(self, say: Callable[[str], None]) -> None:
        self._write_kubeconfig(self._folder / KUBECONFIG, "admin")
        self._write_kubeconfig(self._keys / "controller-manager.kubeconfig", "controller-manager")
        say("starting etcd")
        etcd = self._run("etcd", self._etcd_flags())
        with self._client(self.etcd, "admin") as client:
            self._wait(etcd, lambda: client.get("/health").get("health") == "true")
        say("starting kube-apiserver")
        apiserver = self._run("kube-apiserver", [*self._apiserver_flags(), *self._settings.extra_apiserver_args])
        with self.client("admin") as client:
            self._wait(apiserver, lambda: client.get("/readyz").get("text") == "ok")
            if self._settings.controllers:
                say("starting kube-controller-manager")
                manager = self._run("kube-controller-manager", self._controller_manager_flags())
                # Its first visible work; every namespace gets this account from the controllers.
                account = "/api/v1/namespaces/default/serviceaccounts/default"
                self._wait(manager, lambda: bool(client.get(account)))

    def _run(self, name: str, flags: list[str]) -> Child:
        child = Child(name, [str(Path(self._settings.binaries) / name), *flags], self._folder)
        self.children.append(child)
        self._changed(self)
        return child

    def _wait(self, child: Child, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            child.check()
            try:
                if ready():
                    return
            except (ApiError, OSError, http.client.HTTPException):
                pass  # not listening yet, or not ready yet; the deadline tells
            if time.monotonic() > deadline:
                raise ChildNotReady(child.name, READY_SECONDS, child.tail())
            time.sleep(POLL_SECONDS)

    def _etcd_flags(self) -> list[str]:
        peer = f"https://{LOCALHOST}:{self.ports.peer}"
        flags = [
            "--name=localcluster",
            f"--data-dir={self._folder / 'etcd-data'}",
            f"--listen-client-urls={self.etcd}",
            f"--advertise-client-urls={self.etcd}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=localcluster={peer}",
            "--unsafe-no-fsync=true",  # the data is thrown away, so losing power may lose it
            "--log-level=warn",
        ]
        for prefix in ("", "peer-"):
            flags += [
                f"--{prefix}cert-file={self._keys / 'etcd.crt'}",
                f"--{prefix}key-file={self._keys / 'etcd.key'}",
                f"--{prefix}trusted-ca-file={self._keys / 'ca.crt'}",
                f"--{prefix}client-cert-auth=true",
            ]
        return flags

    def _apiserver_flags(self) -> list[str]:
        return [
            f"--etcd-servers={self.etcd}",
            f"--etcd-cafile={self._keys / 'ca.crt'}",
            f"--etcd-certfile={self._keys / 'admin.crt'}",
            f"--etcd-keyfile={self._keys / 'admin.key'}",
            f"--bind-address={LOCALHOST}",
            f"--advertise-address={LOCALHOST}",
            f"--secure-port={self.ports.apiserver}",
            f"--cert-dir={self._keys}",
            f"--tls-cert-file={self._keys / 'apiserver.crt'}",
            f"--tls-private-key-file={self._keys / 'apiserver.key'}",
            f"--client-ca-file={self._keys / 'ca.crt'}",
            "--authorization-mode=RBAC",
            # The account's token would be mounted into pods that never run; tokens come from TokenRequest instead.
            "--disable-admission-plugins=ServiceAccount",
            f"--service-account-issuer={self.server}/",
            f"--service-account-key-file={self._keys / 'sa.pub'}",
            f"--service-account-signing-key-file={self._keys / 'sa.key'}",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",
            "--allow-privileged=true",
            *self._audit_flags(),
        ]

    def _audit_flags(self) -> list[str]:
        if self._settings.audit is None:
            return []
        policy = {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived", "ResponseStarted"],  # one line a request
            "rules": [{"level": self._settings.audit}],
        }
        path = write_private(self._folder / "audit-policy.json", json.dumps(policy).encode())
        # In megabytes: a log that is counted must not be rotated away.
        return [
            f"--audit-policy-file={path}",
            f"--audit-log-path={self._folder / AUDIT_LOG}",
            "--audit-log-maxsize=8192",
        ]

    def _controller_manager_flags(self) -> list[str]:
        return [
            f"--kubeconfig={self._keys / 'controller-manager.kubeconfig'}",
            f"--controllers={','.join(CONTROLLERS)}",
            f"--service-account-private-key-file={self._keys / 'sa.key'}",
            f"--root-ca-file={self._keys / 'ca.crt'}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--secure-port=0",
            # The defaults (20 and 30 requests a second) make a thousand Deployments wait for minutes.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--concurrent-deployment-syncs=20",
            "--concurrent-replicaset-syncs=20",
            "--concurrent-gc-syncs=20",
            "--concurrent-namespace-syncs=20",
        ]
