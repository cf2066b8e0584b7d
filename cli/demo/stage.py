"""What the demo plays on: a real control plane, a scratch folder, and `finops run`."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from rich.console import Console

from cli.demo.errors import DemoFailed
from cli.demo.shell import Shell
from cli.demo.workloads import NAMESPACES, OWNER, WORKLOADS, DemoWorkload
from localcluster import LocalCluster
from worker.processes import find_program
from worker.state import StateFolder

CLUSTER = "demo"
PATIENCE_SECONDS = 60.0
_DEPLOYS_APART = 2.0


class Stage:
    """The demo's cluster and folder, a shell in it, and `finops run` beside it."""

    def __init__(self, cluster: LocalCluster, folder: Path, console: Console) -> None:
        self.cluster = cluster
        self.folder = folder
        self.console = console
        self.began = datetime.now(UTC)
        self.policies = folder / "policies.yaml"
        self.state = StateFolder(folder / "state")
        self.shell = Shell(cluster, CLUSTER, folder, self.state.path, console, find_program("kubectl"))
        self._service: subprocess.Popen[bytes] | None = None

    def furnish(self) -> None:
        """Create namespaces and Deployments, and wait until the real controllers report them available."""
        objects = self.cluster.objects
        objects.create_all({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACES)
        owner_uids = {}
        for namespace in {workload.namespace for workload in WORKLOADS if workload.owner}:
            owner = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": OWNER, "namespace": namespace}}
            owner_uids[namespace] = objects.create(owner)["metadata"]["uid"]
        manifests = [workload.manifest() for workload in WORKLOADS]
        for manifest in manifests:
            for reference in manifest["metadata"]["ownerReferences"]:
                reference["uid"] = owner_uids[manifest["metadata"]["namespace"]]
        objects.create_all(manifests)
        self.wait(self._all_available, "every Deployment to become available")

    def redeploy(self, workload: DemoWorkload) -> None:
        """A new image, as a pipeline would set it."""
        image = f"registry.example/{workload.name}:{int(time.time())}"
        template = {"spec": {"containers": [{"name": "main", "image": image}]}}
        self.cluster.objects.patch(
            workload.path, {"spec": {"template": template}}, kind="application/strategic-merge-patch+json"
        )

    @contextmanager
    def redeploying(self, workload: DemoWorkload) -> Iterator[None]:
        """A pipeline that deploys again and again: on a busy machine one deploy would have cooled down by the time that
        it is judged.
        """
        over = Event()

        def deploy() -> None:
            while not over.wait(_DEPLOYS_APART):
                self.redeploy(workload)

        self.redeploy(workload)
        pipeline = Thread(target=deploy, name="pipeline", daemon=True)
        pipeline.start()
        try:
            yield
        finally:
            over.set()
            pipeline.join()

    def replicas(self, workload: DemoWorkload) -> int:
        """What the cluster says now."""
        return int(self.cluster.objects.get(workload.path)["spec"].get("replicas", 1))

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for something that the real parts do. Raises DemoFailed where it does not come."""
        deadline = time.monotonic() + seconds
        while not condition():
            if self._service is not None and self._service.poll() is not None:
                raise DemoFailed(what, f"finops run ended with {self._service.returncode}; see {self.log}")
            if time.monotonic() > deadline:
                raise DemoFailed(what, f"not within {seconds:g} s; see {self.log}")
            time.sleep(0.1)

    def start_service(self) -> None:
        """`finops run` in the background, with its log in the scratch folder."""
        with self.log.open("ab") as log:
            self._service = subprocess.Popen(
                [sys.executable, "-m", "cli", "run"],
                env=self.shell.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        self.wait(lambda: self.state.read_server() is not None, "Temporal to start")

    @property
    def ui_url(self) -> str:
        """Temporal's UI; only while `finops run` is up."""
        server = self.state.read_server()
        assert server is not None
        return server.ui_url

    def stop_service(self) -> None:
        """Ctrl-C, and wait for the clean end."""
        if self._service is None or self._service.poll() is not None:
            return
        self._service.send_signal(signal.SIGINT)
        try:
            self._service.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._service.kill()
            self._service.wait()

    @property
    def log(self) -> Path:
        """What `finops run` said."""
        return self.folder / "finops-run.log"

    @property
    def service_pid(self) -> int:
        """The process of `finops run`."""
        assert self._service is not None
        return self._service.pid

    def _all_available(self) -> bool:
        return all(self._is_available(workload) for workload in WORKLOADS)

    def _is_available(self, workload: DemoWorkload) -> bool:
        status = self.cluster.objects.get(workload.path).get("status", {})
        return int(status.get("availableReplicas", 0)) == workload.replicas
