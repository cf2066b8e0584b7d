"""LocalCluster: start a control plane, use it, stop it."""

import importlib.util
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from localcluster.building.binaries import provide_binaries
from localcluster.errors import FolderRefused, LibraryMissing, NotRunning
from localcluster.folders import (
    STATE_NAME,
    UNNAMED_PREFIX,
    abandoned,
    clusters_folder,
    is_claimed,
    remove,
)
from localcluster.kubeconfig import bearer_token, kubeconfig_text
from localcluster.objects import ObjectClient
from localcluster.processes import belongs_to
from localcluster.progress import Progress
from localcluster.settings import AuditLevel, LocalClusterSettings, State
from localcluster.supervision import STOP_SECONDS, await_ready, begin, end, kill_recorded, read_state


class LocalCluster:
    """A running control plane. Use as a context manager, or call `stop`.

    It ends with the process that started it, however that ends (also by SIGKILL), unless `leave_running` was called.
    """

    def __init__(self, directory: Path, state: State, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        """Use `start` or `attach`."""
        self.directory = directory
        self.server = state.server
        self.etcd = state.etcd
        self.pids = state.pids
        self.kubeconfig = directory / "kubeconfig"
        self.audit_log = directory / "audit.log"
        self.objects = self._client(certificate=self._pair("admin"))
        self._supervisor = supervisor

    @classmethod
    def start(
        cls,
        directory: Path | None = None,
        *,
        audit: bool | AuditLevel = False,
        controllers: bool = True,
        pods_ready: bool = True,
        extra_apiserver_args: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Start a control plane and return when it is ready; the first time ever it is downloaded or
        built (about 6 minutes).

        Args:
            directory: a new or empty folder, removed at the end; None for one of our own.
            audit: write `audit_log`, one JSON line a request: True or "Metadata", or "RequestResponse" with bodies.
            controllers: run kube-controller-manager; without it Deployments get no pods and no status.
            pods_ready: report every pod running and ready, as a kubelet would.
            extra_apiserver_args: flags for kube-apiserver; a repeated flag wins over ours.
            environment: stands for os.environ when looking for programs and folders.
            progress: where to report; standard error by default.

        Raises:
            LocalClusterError: with the sentence to show.
        """
        # Only the supervisor loads it, but here is somebody to tell.
        if importlib.util.find_spec("cryptography") is None:
            raise LibraryMissing("cryptography")
        environment = os.environ if environment is None else environment
        progress = progress or Progress()
        settings = LocalClusterSettings(
            binaries=str(provide_binaries(environment, progress)),
            audit=_audit_level(audit),
            controllers=controllers,
            pods_ready=pods_ready,
            extra_apiserver_args=extra_apiserver_args,
        )
        folder = _own_folder(environment) if directory is None else directory.absolute()
        supervisor = begin(folder)
        try:
            with progress.step("Starting the control plane"):
                await_ready(supervisor, folder, settings)
        except BaseException:
            end(supervisor)
            remove(folder)
            raise
        return cls(folder, State.from_json((folder / STATE_NAME).read_text()), supervisor)

    @classmethod
    def attach(cls, directory: Path) -> Self:
        """The control plane that runs in a folder, started by somebody else; leaving the block does not stop it.

        Raises:
            NotRunning: no control plane runs there, or it is not ready yet.
        """
        directory = directory.absolute()
        state = read_state(directory)
        if state is None or not state.ready or not is_claimed(directory):
            raise NotRunning(directory)
        return cls(directory, state)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._supervisor is None:
            self.objects.close()
        else:
            self.stop()

    def leave_running(self) -> None:
        """From now on it outlives this process; stop it with `python -m localcluster down --dir …`."""
        if self._supervisor is None:
            return
        supervisor, self._supervisor = self._supervisor, None
        assert supervisor.stdin is not None
        supervisor.stdin.write(b"stay\n")
        supervisor.stdin.close()
        # Reaped if it ends before this process does.
        threading.Thread(target=supervisor.wait, daemon=True).start()

    def stop(self) -> None:
        """Stop everything and remove the folder; may be called twice."""
        self.objects.close()
        if self._supervisor is not None:
            end(self._supervisor)
            self._supervisor = None
        stop_in(self.directory)

    def token_for(
        self, namespace: str, service_account: str, *, seconds: int = 3600, bound_to: Mapping[str, str] | None = None
    ) -> str:
        """A bearer token of an existing service account, by TokenRequest; at least 600 seconds.

        It ends early with what it is `bound_to`: a reference to a Secret or Pod, with its uid.
        """
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds} | ({} if bound_to is None else {"boundObjectRef": dict(bound_to)}),
        }
        return str(self.objects.request("POST", path, request)["status"]["token"])

    def kubeconfig_for(self, namespace: str, service_account: str, *, seconds: int = 3600) -> Path:
        """A kubeconfig, inside the folder, that acts as a service account."""
        user = bearer_token(self.token_for(namespace, service_account, seconds=seconds))
        path = self.directory / f"{namespace}.{service_account}.kubeconfig"
        text = kubeconfig_text(self.server, self._authority, user, name=f"{namespace}-{service_account}")
        path.touch(mode=0o600)
        path.write_bytes(text)
        return path

    def objects_as(self, namespace: str, service_account: str) -> ObjectClient:
        """A client that acts as a service account; the caller closes it."""
        return self._client(token=self.token_for(namespace, service_account))

    @property
    def _authority(self) -> Path:
        return self.directory / "certificates" / "ca.crt"

    def _pair(self, identity: str) -> tuple[Path, Path]:
        keys = self.directory / "certificates"
        return keys / f"{identity}.crt", keys / f"{identity}.key"

    def _client(self, *, certificate: tuple[Path, Path] | None = None, token: str | None = None) -> ObjectClient:
        return ObjectClient(self.server, self._authority, certificate=certificate, token=token)


def stop_in(directory: Path) -> None:
    """Stop whatever runs or is left in a folder, ready or not, and remove the folder."""
    state = read_state(directory)
    if state and belongs_to(state.supervisor, directory):
        os.kill(state.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    # The lock goes with the folder's first files, while the supervisor is still removing the rest.
    while (is_claimed(directory) or (state and belongs_to(state.supervisor, directory))) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    kill_recorded(directory)
    remove(directory)


def _audit_level(audit: bool | AuditLevel) -> AuditLevel | None:
    if isinstance(audit, bool):
        metadata: Literal["Metadata"] = "Metadata"
        return metadata if audit else None
    return audit


def _own_folder(environment: Mapping[str, str]) -> Path:
    """A new folder of our own; those that killed runs left are removed on the way."""
    clusters = clusters_folder(environment)
    for folder in abandoned(clusters):
        stop_in(folder)
    try:
        clusters.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=UNNAMED_PREFIX, dir=clusters))
    except OSError as error:
        raise FolderRefused(clusters, error.strerror or str(error)) from error
