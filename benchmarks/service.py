"""A thousand Deployments of three replicas, through the whole product: time, requests, memory.

    python benchmarks/service.py [--count 1000] [--json out.json]

Real control plane, real Temporal, `finops worker` as a process of its own; everything shares this machine. Beside each
figure stands a floor measured in the same run: the same Kubernetes requests without any product around them. Read
ratios and medians; machines are noisy.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from deployments import annotations_of, deployment, path_of, wait_for
from services import clean_environment, enforcing

from localcluster import LocalCluster
from worker.state import StateFolder

NAMESPACES = 10
REPLICAS = 3
WAKES = 50
CLUSTER = "bench"


class Bench:
    """The parts, and the figures gathered so far."""

    def __init__(self, cluster: LocalCluster, folder: Path, count: int) -> None:
        self.cluster = cluster
        self.folder = folder
        self.workloads = [(f"bench-{number % NAMESPACES}", f"app-{number:04d}") for number in range(count)]
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

    def start_worker(self, log: str) -> tuple[subprocess.Popen[bytes], float]:
        """`finops worker`, and the seconds from its spawn to its first poll."""
        began = time.monotonic()
        process, path = self.spawn(sys.executable, "-m", "cli", "worker", log=log)
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
    objects.create_all([deployment(namespace, name, replicas=REPLICAS) for namespace, name in bench.workloads])

    def available() -> bool:
        items = objects.list("/apis/apps/v1/deployments")
        return all(item.get("status", {}).get("availableReplicas", 0) == REPLICAS for item in items)

    bench.tell("furnished, s", round(timed(lambda: wait_for(available, seconds=600, what="availability")), 1))


def measure_plan(bench: Bench) -> None:
    """`finops plan`, whole process, beside the bare listing."""
    policy = bench.folder / "policy.yaml"
    policy.write_text(enforcing("bench", "bench-*", cooldown="1s", maxActionsPerRun=100_000))
    floor = statistics.median(
        timed(lambda: list(bench.cluster.objects.list("/apis/apps/v1/deployments"))) for _ in range(3)
    )
    took = statistics.median(timed(lambda: bench.finops("plan", str(policy))) for _ in range(3))
    bench.tell("finops plan, whole process, s", round(took, 2), floor=f"{floor:.2f} (listing alone)", target="< 3")


def measure_pause(bench: Bench, worker: subprocess.Popen[bytes]) -> None:
    """One run that pauses everything."""
    position, count = bench.audit_position(), len(bench.workloads)
    began = time.monotonic()
    bench.finops("apply", str(bench.folder / "policy.yaml"))
    wait_for(lambda: bench.at(0) == count, seconds=900, what="all asleep")
    bench.tell(f"{count} paused, s", round(time.monotonic() - began, 1))
    wait_for(lambda: _pausing(bench) == 0, seconds=120, what="all recorded")
    requests = bench.requests(position)
    _tell_requests(bench, "pause", requests, count)
    bench.tell("Deployment LISTs in the run", requests["list deployments"], target="2 and those of apply")
    time.sleep(20)
    bench.tell("worker RSS after pausing, MB", rss_mb(worker.pid), target="< 130")
    bench.tell("worker peak RSS, MB", rss_mb(worker.pid, "VmHWM"))


def measure_idle_cycle(bench: Bench) -> None:
    """A cycle that finds nothing to do."""
    position = bench.audit_position()
    bench.finops("apply", str(bench.folder / "policy.yaml"))
    time.sleep(5)
    writes = {key: number for key, number in bench.requests(position).items() if key.startswith(("patch", "update"))}
    bench.tell("writes of a cycle with nothing to do", sum(writes.values()), target="0")


def measure_wakes(bench: Bench) -> None:
    """Signal to scaled-up, one at a time, beside the bare GET and two PATCHes."""
    import asyncio  # noqa: PLC0415

    took = asyncio.run(_signal_each(bench, bench.workloads[:WAKES]))
    floor = [timed(lambda where=where: _bare_wake(bench, *where)) for where in bench.workloads[WAKES : 2 * WAKES]]
    for namespace, name in bench.workloads[WAKES : 2 * WAKES]:
        bench.cluster.objects.patch(path_of(namespace, name) + "/scale", {"spec": {"replicas": 0}})
    bench.tell(
        f"signal to scaled up, {WAKES} one by one, median ms",
        round(statistics.median(took) * 1000),
        floor=f"{statistics.median(floor) * 1000:.0f} (GET and 2 PATCHes)",
        target="< 200",
    )
    bench.tell("signal to scaled up, 90th percentile ms", round(sorted(took)[int(len(took) * 0.9)] * 1000))


async def _signal_each(bench: Bench, workloads: list[tuple[str, str]]) -> list[float]:
    from policies.names import REACTIVATE, hibernation_id  # noqa: PLC0415
    from worker.connection import connect  # noqa: PLC0415

    client = await connect(bench.state, environment=bench.environment)
    took = []
    for namespace, name in workloads:
        began = time.monotonic()
        await client.get_workflow_handle(hibernation_id(CLUSTER, namespace, name)).signal(REACTIVATE, "bench")
        while bench.cluster.objects.get(path_of(namespace, name) + "/scale")["spec"].get("replicas", 0) != REPLICAS:
            pass
        took.append(time.monotonic() - began)
    return took


def _bare_wake(bench: Bench, namespace: str, name: str) -> None:
    objects, path = bench.cluster.objects, path_of(namespace, name)
    item = objects.get(path)
    version = item["metadata"]["resourceVersion"]
    objects.patch(path + "/scale", {"metadata": {"resourceVersion": version}, "spec": {"replicas": REPLICAS}})
    objects.patch(path, {"metadata": {"annotations": {"example.com/floor": "1"}}})


def measure_resume(bench: Bench) -> None:
    """Everything woken at once."""
    position, count = bench.audit_position(), len(bench.workloads) - WAKES
    began = time.monotonic()
    bench.finops("resume", "--all", "--yes")
    wait_for(lambda: bench.at(REPLICAS) == len(bench.workloads), seconds=900, what="all awake")
    bench.tell(f"{count} resumed, s", round(time.monotonic() - began, 1))
    wait_for(lambda: not _annotated(bench), seconds=120, what="all records gone")
    _tell_requests(bench, "resume", bench.requests(position), count)


def _tell_requests(bench: Bench, what: str, requests: Counter[str], count: int) -> None:
    conflicts = sum(number for key, number in requests.items() if key.endswith(" 409"))
    writes = requests["patch deployments"] + requests["patch deployments/scale"]
    reads = requests["get deployments"]
    bench.tell(f"API writes a {what}, without 409s", round(writes / count, 3), target="2")
    bench.tell(f"API reads a {what}", round(reads / count, 3), target="0" if what == "pause" else "1")
    bench.tell(f"409s in all, {what}", conflicts)


def _pausing(bench: Bench) -> int:
    return sum(
        item["phase"] == "pausing" for item in json.loads(bench.finops("status", "--output", "json"))["hibernations"]
    )


def _annotated(bench: Bench) -> bool:
    with ThreadPoolExecutor(8) as pool:
        return any(pool.map(lambda where: "paused" in annotations_of(bench.cluster.objects, *where), bench.workloads))


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalCluster.start(audit=True) as cluster:
        bench = Bench(cluster, Path(folder), arguments.count)
        threading.excepthook = lambda _: os._exit(1)
        try:
            furnish(bench)
            measure_plan(bench)
            bench.spawn(sys.executable, str(Path(__file__).with_name("temporalserver.py")), log="temporal.log")
            wait_for(lambda: bench.state.read_server() is not None, what="Temporal")
            worker, seconds = bench.start_worker("worker.log")
            bench.tell("finops worker, start to first poll, s", round(seconds, 2), target="< 1.5")
            measure_pause(bench, worker)
            measure_idle_cycle(bench)
            worker.terminate()
            worker.wait(timeout=60)
            fresh, seconds = bench.start_worker("worker-again.log")
            time.sleep(5)
            bench.tell("fresh worker with all asleep, RSS MB", rss_mb(fresh.pid), target="< 100")
            measure_wakes(bench)
            measure_resume(bench)
        finally:
            bench.end()
    if arguments.json:
        arguments.json.write_text(json.dumps(bench.figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
