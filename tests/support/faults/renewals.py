"""What a worker reaches the API server by, renewed while it works: authority, certificate, token, connection.

In front of the proxy stands TLS with an authority of its own that asks for a certificate. What was renewed is refused
from that moment, or as soon as the API server's memory of a token ends, and the kubeconfig has the new one a moment
later, as where the kubelet or cert-manager writes it.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accesses import Access
from tlsrelay import TlsRelay, issue_server

from localcluster import LocalCluster
from localcluster.certificates import Authority

ACCOUNT = ("finops-enforcer", "finops-enforcer")
WRITTEN_AFTER_SECONDS = 0.5
"""Between what is refused and what is there instead."""
_NUMBERS = itertools.count(1)


class Door:
    """What the worker has to show, and what it is shown."""

    def __init__(self, cluster: LocalCluster, port: int, folder: Path) -> None:
        """`port` is that of the proxy."""
        self._cluster = cluster
        self._folder = folder
        self._lock = threading.Lock()
        self._ours, self._theirs = self._make_authority(), self._make_authority()
        self._secret = ""
        self._relay = TlsRelay(
            f"127.0.0.1:{port}",
            issue_server(self._theirs),
            clients_of=self._ours.certificate,
            trusting=cluster.directory / "certificates" / "ca.crt",
        )
        self._pair = self._ours.issue("worker", user="worker")
        self._token = self._make_token()

    @contextmanager
    def open(self) -> Iterator[Path]:
        """The kubeconfig that leads through it."""
        with self._relay:
            self._access = Access(self._folder, f"https://{self._relay.address}", "inline")
            self._write()
            yield self._access.kubeconfig

    def renew_authority(self) -> None:
        """The API server shows a certificate of another one."""
        with self._lock:
            self._theirs = self._make_authority()
            self._turn()

    def renew_certificate(self) -> None:
        """Ours is of an authority that is not taken any more."""
        with self._lock:
            self._ours = self._make_authority()
            self._pair = self._ours.issue("worker", user="worker")
            self._turn()

    def renew_token(self) -> None:
        """Ours is bound to something that is gone."""
        with self._lock:
            old, self._token = self._secret, self._make_token()
            self._cluster.objects.delete(_secrets(old))
            self._write()

    def cut(self) -> None:
        """Every connection breaks, and nothing else is new."""
        self._relay.cut()

    def _turn(self) -> None:
        self._relay.turn_to(issue_server(self._theirs), clients_of=self._ours.certificate)
        time.sleep(WRITTEN_AFTER_SECONDS)
        self._write()

    def _write(self) -> None:
        self._access.hold(self._theirs.certificate, *self._pair, self._token)

    def _make_authority(self) -> Authority:
        folder = self._folder / f"authority-{next(_NUMBERS)}"
        folder.mkdir(parents=True)
        return Authority(folder)

    def _make_token(self) -> str:
        """One that is worth nothing once its secret is deleted."""
        self._secret = f"renewal-{next(_NUMBERS)}"
        made = self._cluster.objects.create(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": ACCOUNT[0], "name": self._secret}}
        )
        bound = {"apiVersion": "v1", "kind": "Secret", "name": self._secret, "uid": made["metadata"]["uid"]}
        return self._cluster.token_for(*ACCOUNT, bound_to=bound)


def _secrets(name: str) -> str:
    return f"/api/v1/namespaces/{ACCOUNT[0]}/secrets/{name}"


RENEWALS: dict[str, Callable[[Door], None]] = {
    "new-authority": Door.renew_authority,
    "new-certificate": Door.renew_certificate,
    "new-token": Door.renew_token,
    "cut": Door.cut,
}
