"""What the benchmarks share: the real parts, the figures, and the bare requests that stand beside them."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from deployments import deployment, path_of, wait_for
from services import clean_environment

from localcluster import LocalCluster
from worker.state import StateFolder

NAMESPACES = 10
REPLICAS = 3
CLUSTER = "bench"


@contextmanager
def open_bench(count: int, figures: Path | None, *, audit: bool = False, **how: Any) -> "Iterator[Bench]":
    """A bench in front of a control plane of its own. The figures are written as JSON where that was asked for."""
    with TemporaryDirectory() as folder, LocalCluster.start(audit=audit) as cluster:
        bench = Bench(cluster, Path(folder), count, **how)
        try:
            yield bench
        finally:
            bench.end()
    if figures:
        figures.write_text(json.dumps(bench.figures, indent=1) + "\n")


class Bench:
    """The parts, and the figures gathered so far."""

    def __init__(self, cluster: LocalCluster, folder: Path, count: int, *, most_replicas: int = REPLICAS) -> None:
        """Deployments of three replicas; where more are named, of one up to so many."""
        self.cluster = cluster
        self.folder = folder
        self.workloads = [(f"bench-{number % NAMESPACES}", f"app-{number:04d}") for number in range(count)]
        self.counts = {
            workload: REPLICAS if most_replicas == REPLICAS else 1 + number % most_replicas
            for number, workload in enumerate(self.workloads)
        }
        self.figures: dict[str, Any] = {}
        self.state = StateFolder(folder / "state")
        self.environment = clean_environment() | {
            "KUBECONFIG": str(cluster.kubeconfig),
            "FINOPS_STATE_DIR": str(self.state.path),
            "FINOPS_CLUSTER": CLUSTER,
            "FINOPS_INSTANCE": "bench",
            "FINOPS_INTERVAL": "1h",
            "FINOPS_PAUSES_PER_SECOND": "200",
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def tell(self, name: str, value: Any, *, floor: Any = None, target: str = "") -> None:
        """Keep a figure and print it."""
        self.figures[name] = {"value": value, "floor": floor, "target": target}
        beside = "" if floor is None else f"   floor {floor}"
        print(f"{name:<52} {value}{beside}{'   target ' + target if target else ''}", flush=True)

    def finops(self, *arguments: str) -> str:
        """A command, to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"finops {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def spawn(self, *command: str, log: str) -> tuple[subprocess.Popen[bytes], Path]:
        """A process in the background."""
        path = self.folder / log
        with path.open("wb") as stream:
            process = subprocess.Popen(command, env=self.environment, stdout=stream, stderr=stream)
        self._processes.append(process)
        return process, path

    def start_temporal(self) -> None:
        """The embedded server, as a process of its own."""
        self.spawn(sys.executable, str(Path(__file__).with_name("temporalserver.py")), log="temporal.log")
        wait_for(lambda: self.state.read_server() is not None, what="Temporal")

    def spawn_worker(self, log: str) -> tuple[subprocess.Popen[bytes], Path]:
        """`finops worker`, not waited for."""
        return self.spawn(sys.executable, "-m", "cli", "worker", log=log)

    def start_worker(self, log: str) -> tuple[subprocess.Popen[bytes], float]:
        """`finops worker`, and the seconds from its spawn to its first poll."""
        began = time.monotonic()
        process, path = self.spawn_worker(log)
        wait_for(lambda: "worker is up" in path.read_text() or process.poll() is not None, what=f"the worker ({path})")
        return process, time.monotonic() - began

    def end(self) -> None:
        """End what is left."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=60)

    def at(self, replicas: int) -> int:
        """How many Deployments are at this count."""
        return sum(
            item["spec"].get("replicas", 1) == replicas
            for number in range(NAMESPACES)
            for item in self.cluster.objects.list(f"/apis/apps/v1/namespaces/bench-{number}/deployments")
        )

    def requests(self, since: int) -> Counter[str]:
        """The product's own requests by verb and resource since a line of the audit log."""
        counted: Counter[str] = Counter()
        for line in self.cluster.audit_log.read_text().splitlines()[since:]:
            entry = json.loads(line)
            if entry.get("stage", "ResponseComplete") != "ResponseComplete":
                continue
            if not entry.get("userAgent", "").startswith("finops-enforcer"):
                continue
            reference = entry.get("objectRef", {})
            resource = "/".join(part for part in (reference.get("resource"), reference.get("subresource")) if part)
            status = entry.get("responseStatus", {}).get("code", 0)
            counted[f"{entry['verb']} {resource}" + (f" {status}" if status >= 400 else "")] += 1
        return counted

    def audit_position(self) -> int:
        """The present length of the audit log."""
        return len(self.cluster.audit_log.read_text().splitlines())


def rss_mb(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def timed(action: Callable[[], Any]) -> float:
    """Seconds that an action takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def furnish(bench: Bench) -> None:
    """Create everything, and wait until it is available."""
    objects = bench.cluster.objects
    objects.create_all(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"bench-{number}"}}
        for number in range(NAMESPACES)
    )
    objects.create_all([deployment(*workload, replicas=count) for workload, count in bench.counts.items()])

    def available() -> bool:
        items = objects.list("/apis/apps/v1/deployments")
        return all(item.get("status", {}).get("availableReplicas", 0) == item["spec"]["replicas"] for item in items)

    bench.tell("furnished, s", round(timed(lambda: wait_for(available, seconds=600, what="availability")), 1))


def bare_wake(bench: Bench, namespace: str, name: str) -> None:
    objects, path = bench.cluster.objects, path_of(namespace, name)
    item = objects.get(path)
    version = item["metadata"]["resourceVersion"]
    objects.patch(path + "/scale", {"metadata": {"resourceVersion": version}, "spec": {"replicas": REPLICAS}})
    objects.patch(path, {"metadata": {"annotations": {"example.com/floor": "1"}}})
