"""A thousand Deployments of three replicas, through the whole product: time, requests, memory.

    python benchmarks/service.py [--count 1000] [--json out.json]

Real control plane, real Temporal, `finops worker` as a process of its own; everything shares this machine. Beside each
figure stands a floor measured in the same run: the same Kubernetes requests without any product around them. Read
ratios and medians; machines are noisy.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bench import CLUSTER, REPLICAS, Bench, bare_wake, furnish, open_bench, rss_mb, timed
from deployments import annotations_of, deployment, path_of, wait_for
from ids import id_of
from services import enforcing

from policies.names import REACTIVATE
from worker.temporal.connection import connect

WAKES = 50


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
    bench.finops("apply", str(bench.folder / "policy.yaml"), "--yes")
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
    bench.finops("apply", str(bench.folder / "policy.yaml"), "--yes")
    time.sleep(5)
    writes = {key: number for key, number in bench.requests(position).items() if key.startswith(("patch", "update"))}
    bench.tell("writes of a cycle with nothing to do", sum(writes.values()), target="0")


def measure_wakes(bench: Bench) -> None:
    """Signal to scaled-up, one at a time, beside the bare GET and two PATCHes."""
    others = furnish_at_zero(bench)
    took = asyncio.run(_signal_each(bench, bench.workloads[:WAKES]))
    floor = [timed(partial(bare_wake, bench, *where)) for where in others]
    bench.tell(
        f"signal to scaled up, {WAKES} one by one, median ms",
        round(statistics.median(took) * 1000),
        floor=f"{statistics.median(floor) * 1000:.0f} (GET and 2 PATCHes)",
        target="< 200",
    )
    bench.tell("signal to scaled up, 90th percentile ms", round(sorted(took)[int(len(took) * 0.9)] * 1000))


def furnish_at_zero(bench: Bench) -> list[tuple[str, str]]:
    """Some that sleep under nobody: a floor under the product's own sleepers would be a person's wake of them."""
    objects, others = bench.cluster.objects, [("floor", f"app-{number}") for number in range(WAKES)]
    objects.create_all([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "floor"}}])
    objects.create_all([deployment(*where, replicas=0) for where in others])

    def observed() -> bool:
        items = objects.list("/apis/apps/v1/namespaces/floor/deployments")
        return all(item.get("status", {}).get("observedGeneration") for item in items)

    wait_for(observed, what="the Deployments of the floor")
    return others


async def _signal_each(bench: Bench, workloads: list[tuple[str, str]]) -> list[float]:
    client = await connect(bench.state, environment=bench.environment)
    took = []
    for namespace, name in workloads:
        began = time.monotonic()
        await client.get_workflow_handle(id_of(CLUSTER, namespace, name)).signal(REACTIVATE, "bench")
        while bench.cluster.objects.get(path_of(namespace, name) + "/scale")["spec"].get("replicas", 0) != REPLICAS:
            pass
        took.append(time.monotonic() - began)
    return took


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
    with open_bench(arguments.count, arguments.json, audit=True) as bench:
        threading.excepthook = lambda _: os._exit(1)
        furnish(bench)
        measure_plan(bench)
        bench.start_temporal()
        worker, seconds = bench.start_worker("worker.log")
        bench.tell("finops worker, start to first poll, s", round(seconds, 2), target="< 1.5")
        measure_pause(bench, worker)
        measure_idle_cycle(bench)
        worker.terminate()
        worker.wait(timeout=60)
        fresh, seconds = bench.start_worker("worker-again.log")
        time.sleep(20)  # reconciled, and trimmed once since
        bench.tell("fresh worker with all asleep, RSS MB", rss_mb(fresh.pid), target="< 100")
        measure_wakes(bench)
        measure_resume(bench)


if __name__ == "__main__":
    main()
