"""A weekend of a thousand workloads in skipped time: who slept in the window, who was awake when it ended, and when.

    python benchmarks/weekend.py [--count 1000] [--spread 5m] [--json out.json]

Real control plane, real Temporal with time skipping, the product's own worker. The window began in the last full
hour and ends 60 hours later; all are put to sleep as a run of the policy would do it, and every hibernation is sent
through the weekend. Wake times are those that the product writes into `finops.io/resumed-at`.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import Bench, furnish
from cases import policy
from deployments import annotations_of, wait_for
from hibernations import Bedroom, Source, clocks_agree
from skippedtime import skipped_time

from localcluster import LocalCluster
from policies.calendar.spread import delay_of
from policies.policy.windows import WEEKDAYS
from policies.times import from_rfc3339
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

LENGTH = timedelta(hours=60)
AT_ONCE = 20
PATIENCE = 900.0


def weekend(begin: datetime, spread: str) -> dict[str, object]:
    """A schedule whose one window begins in this hour."""
    edges = {name: f"{WEEKDAYS[at.weekday()]} {at:%H:%M}" for name, at in (("from", begin), ("to", begin + LENGTH))}
    return {"timeZone": "UTC", "asleep": [edges], "spread": spread}


async def each(bench: Bench, do: Callable[[str, str], Awaitable[object]]) -> None:
    """Do it for every workload, some at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(namespace: str, name: str) -> None:
        async with gate:
            await do(namespace, name)

    await asyncio.gather(*(one(*workload) for workload in bench.workloads))


async def until(bench: Bench, replicas: int) -> float:
    """Seconds until all are at this count."""
    began = time.monotonic()
    everybody = len(bench.workloads)
    await asyncio.to_thread(wait_for, lambda: bench.at(replicas) == everybody, seconds=PATIENCE, what="all of them")
    return round(time.monotonic() - began, 1)


async def measure(bench: Bench, spread: str) -> None:
    """One weekend."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    limits = {"maxActionsPerRun": len(bench.workloads)}  # else its first window would take twenty
    under, source = policy(schedule=weekend(begin, spread), minHourlyCost=None, limits=limits), Source()
    source.policies = (under,)
    end = begin + LENGTH
    async with skipped_time() as environment:
        settings = Settings(
            cluster="weekend", kubeconfig=bench.cluster.kubeconfig, state_dir=bench.folder, pauses_per_second=500
        )
        product = Cluster.connect(settings, instance="me")
        rooms = {
            namespace: Bedroom(environment, product, bench.cluster.objects, source, namespace)
            for namespace, _ in bench.workloads
        }

        async def sleep(namespace: str, name: str) -> None:
            await rooms[namespace].start(name, window_end=end + delay_of(under, namespace, name))

        async with running_workers(
            environment.client, product, source.snapshot, product.identity(), clocks=clocks_agree
        ):
            await each(bench, sleep)
            bench.tell("all asleep after, s", await until(bench, 0))
            bench.tell("asleep within the window", bench.at(0), target=str(len(bench.workloads)))
            hours = (end - datetime.now(UTC)) / timedelta(hours=1) + 1
            handles = [(room, handle) for room in rooms.values() for handle in room.handles]
            gate = asyncio.Semaphore(AT_ONCE)

            async def skip(room: Bedroom, number: int) -> None:
                async with gate:
                    await room.skip(handles[number][1], hours)

            await asyncio.gather(*(skip(room, number) for number, (room, _) in enumerate(handles)))
            bench.tell("all awake after, s of this machine", await until(bench, 3))
        tell_wakes(bench, end, {workload: delay_of(under, *workload) for workload in bench.workloads})
        for room in rooms.values():
            await room.end()
        product.close()


def tell_wakes(bench: Bench, end: datetime, delays: dict[tuple[str, str], timedelta]) -> None:
    """When they woke, by the clock of the weekend."""
    bench.tell("awake with their count", bench.at(3), target=str(len(bench.workloads)))
    late = []
    for workload, delay in delays.items():
        resumed = annotations_of(bench.cluster.objects, *workload).get("resumed-at")
        if resumed is not None:
            late.append((from_rfc3339(resumed) - end - delay).total_seconds())
    bench.tell("with a time of their wake", len(late), target=str(len(bench.workloads)))
    bench.tell("earliest against its own time, s", min(late), target=">= 0")
    bench.tell("latest against its own time, s", max(late))
    shares = quarters(delays.values())
    bench.tell("due in each quarter of the spread", shares)


def quarters(delays: Iterable[timedelta]) -> list[int]:
    """How many fall into each quarter of the longest delay."""
    seconds = [delay.total_seconds() for delay in delays]
    longest = max(seconds) or 1.0
    return [sum(int(min(second / longest * 4, 3)) == quarter for second in seconds) for quarter in range(4)]


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--spread", default="5m")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalCluster.start() as cluster:
        bench = Bench(cluster, Path(folder), arguments.count)
        furnish(bench)
        asyncio.run(measure(bench, arguments.spread))
    if arguments.json:
        arguments.json.write_text(json.dumps(bench.figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
