"""Two hundred asleep, and the worker ends: how long until the first of them is awake again, and do all come back.

    python benchmarks/recovery.py [--count 200] [--rounds 5] [--json out.json]

Real control plane, real Temporal, `finops worker` as a process of its own; everything shares this machine. In each
round the worker is ended, another is started at once, and all are asked to wake, before that one is up. Beside the
figures stand floors of the same run: the bare start of a worker to its first poll, and one GET with two PATCHes.
"""

import argparse
import asyncio
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench import CLUSTER, Bench, bare_wake, furnish, open_bench, timed
from deployments import wait_for
from ids import id_of
from services import enforcing
from temporalio.client import Client

from policies.names import REACTIVATE, policy_schedule_id
from policies.sleep.messages import WakeRequest
from worker.temporal.connection import connect

MOST_REPLICAS = 5
AWAKE_FOR = timedelta(seconds=1)
PATIENCE = 300.0
SETTLE_SECONDS = 5.0
"""They sleep; what remains of falling asleep (pods, status writes) is not to be measured."""
DEPLOYMENTS = "/apis/apps/v1/deployments"
Worker = subprocess.Popen[bytes]


@dataclass
class Watched:
    """When each Deployment was first seen scaled up, by a watch of the API server: seconds of the monotonic clock."""

    bench: Bench
    awake_at: dict[tuple[str, str], float] = field(default_factory=dict)

    def begin(self) -> None:
        """Watch until everything is up."""
        listed = self.bench.cluster.objects.request("GET", DEPLOYMENTS)
        version = listed["metadata"]["resourceVersion"]
        threading.Thread(target=self._watch, args=(version,), daemon=True).start()

    def _watch(self, version: str) -> None:
        events = self.bench.cluster.objects.watch(DEPLOYMENTS, timeout_seconds=PATIENCE, resourceVersion=version)
        for event in events:
            item = event["object"]
            if item["spec"].get("replicas", 1) > 0:
                workload = item["metadata"]["namespace"], item["metadata"]["name"]
                self.awake_at.setdefault(workload, time.monotonic())
            if len(self.awake_at) == len(self.bench.workloads):
                return


@dataclass
class Round:
    """Seconds from the end of the worker to the first and to the last Deployment scaled up, and how many are right."""

    first: float
    last: float
    right: int


@dataclass(frozen=True)
class Way:
    """How a worker ends. `amid`: when so many are up again; `relieved`: by one that is up before; `alone`: one of them
    is asked to wake before the others are, so that its wake shares the machine with no other.
    """

    name: str
    how: signal.Signals
    target: str = ""
    amid: int = 0
    relieved: bool = False
    alone: bool = False


def play(bench: Bench, worker: Worker, way: Way) -> tuple[Round, Worker]:
    """Put all to sleep, end the worker, have another one there at once, and ask all to wake."""
    asyncio.run(put_to_sleep(bench))
    time.sleep(SETTLE_SECONDS)
    watched = Watched(bench)
    watched.begin()
    fresh = bench.start_worker(f"relief-{time.monotonic():.0f}.log")[0] if way.relieved else None
    if way.amid:
        asyncio.run(wake(bench, bench.workloads))
        wait_for(lambda: len(watched.awake_at) >= way.amid, seconds=PATIENCE, what="some to wake")
    before = set(watched.awake_at)
    began = time.monotonic()
    worker.send_signal(way.how)
    if fresh is None:
        worker.wait(timeout=60)
        fresh, _ = bench.spawn_worker(f"worker-{began:.0f}.log")
    if way.alone:
        asyncio.run(wake(bench, bench.workloads[:1]))
        wait_for(lambda: len(watched.awake_at) > 0, seconds=PATIENCE, what="the one to wake")
    if not way.amid:
        asyncio.run(wake(bench, bench.workloads))
    wait_for(lambda: len(watched.awake_at) == len(bench.workloads), seconds=PATIENCE, what="all to wake")
    wait_for(lambda: not recorded(bench), seconds=PATIENCE, what="all records to be gone")
    worker.wait(timeout=60)
    later = [at - began for workload, at in watched.awake_at.items() if workload not in before]
    return Round(first=min(later), last=max(later), right=right(bench)), fresh


async def put_to_sleep(bench: Bench) -> None:
    """One run of the policy, and all are asleep in both records."""
    client = await connect(bench.state, environment=bench.environment)
    schedule = client.get_schedule_handle(policy_schedule_id(CLUSTER, "bench"))
    deadline = time.monotonic() + PATIENCE
    while await count(client, "asleep") < len(bench.workloads):
        if time.monotonic() > deadline:
            raise SystemExit("they do not fall asleep")
        busy = await count(client, "pausing", "resuming", "cooling", "awake")
        if not busy and not (await schedule.describe()).info.running_actions:
            await schedule.trigger()
        await asyncio.sleep(1)


async def count(client: Client, *phases: str) -> int:
    """Open hibernations in one of these phases."""
    named = ", ".join(f"'{phase}'" for phase in phases)
    query = f"WorkflowType = 'Hibernation' AND Cluster = '{CLUSTER}' AND ExecutionStatus = 'Running'"
    return (await client.count_workflows(f"{query} AND HibernationState IN ({named})")).count


async def wake(bench: Bench, workloads: Sequence[tuple[str, str]]) -> None:
    """A signal to each, with an end of its own: a person's wakes would last twice as long each time."""
    client = await connect(bench.state, environment=bench.environment)
    request = WakeRequest(by="bench", until=datetime.now(UTC) + AWAKE_FOR)
    for index in range(0, len(workloads), 32):
        await asyncio.gather(
            *(
                client.get_workflow_handle(id_of(CLUSTER, *workload)).signal(REACTIVATE, request)
                for workload in workloads[index : index + 32]
            )
        )


def recorded(bench: Bench) -> bool:
    """Whether any still carries the record of a sleep."""
    items = bench.cluster.objects.list(DEPLOYMENTS)
    return any("finops.io/paused" in item["metadata"].get("annotations", {}) for item in items)


def right(bench: Bench) -> int:
    """How many are at the count they had."""
    return sum(
        item["spec"]["replicas"] == bench.counts.get((item["metadata"]["namespace"], item["metadata"]["name"]))
        for item in bench.cluster.objects.list(DEPLOYMENTS)
    )


def measure(bench: Bench, rounds: int) -> None:
    """All ways to end, in turn."""
    ways = (
        Way("SIGKILL", signal.SIGKILL, "< 12"),
        Way("SIGTERM, one is asked", signal.SIGTERM, "< 1", alone=True),
        Way("SIGTERM, all are asked", signal.SIGTERM, "< 1"),
        Way("SIGTERM, relieved", signal.SIGTERM, "< 1", relieved=True),
        Way("SIGKILL amid the wakes", signal.SIGKILL, amid=len(bench.workloads) // 4),
    )
    worker, seconds = bench.start_worker("worker.log")
    starts, played = [seconds], {way.name: list[Round]() for way in ways}
    for number in range(rounds):
        for way in ways:
            done, worker = play(bench, worker, way)
            played[way.name].append(done)
            print(f"  {way.name}: first {done.first:.2f} s, last {done.last:.1f} s, {done.right} right", flush=True)
        worker.terminate()
        worker.wait(timeout=60)
        worker, seconds = bench.start_worker(f"bare-{number}.log")
        starts.append(seconds)
    requests = statistics.median(timed(partial(bare_wake, bench, *where)) for where in bench.workloads[:20])
    for way in ways:
        of = played[way.name]
        if not way.amid:
            first = [each.first for each in of]
            floor = f"{requests:.3f} (GET and 2 PATCHes)"
            if not way.relieved:
                floor = f"{median(starts)} (start of a worker) + {floor}"
            bench.tell(f"{way.name} to the first awake, median s", median(first), floor=floor, target=way.target)
            bench.tell(f"{way.name} to the first awake, worst s", round(max(first), 2))
        bench.tell(f"{way.name} to the last awake, median s", median([each.last for each in of]))
        bench.tell(f"{way.name}: right of {len(bench.workloads)}, worst", min(each.right for each in of), target="all")


def median(seconds: list[float]) -> float:
    """Rounded to hundredths."""
    return round(statistics.median(seconds), 2)


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with open_bench(arguments.count, arguments.json, most_replicas=MOST_REPLICAS) as bench:
        furnish(bench)
        bench.start_temporal()
        policy = bench.folder / "policy.yaml"
        policy.write_text(enforcing("bench", "bench-*", cooldown="1s", maxActionsPerRun=100_000))
        bench.finops("apply", str(policy), "--yes")
        measure(bench, arguments.rounds)


if __name__ == "__main__":
    main()
