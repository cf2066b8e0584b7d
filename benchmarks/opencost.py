"""An answer of OpenCost about ten thousand Deployments, in a process like a worker: time and memory.

    python benchmarks/opencost.py [--count 10000]

The server is a process of its own, and times are CPU seconds of this one, so that a busy machine does not count.
Asking, with judging while it arrives, and evaluating every Deployment by a policy are timed apart; the floor is the
body alone, read and thrown away.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import httpx
from allocations import END, GIB, body, question
from cases import NOW, policy, surroundings, workload

import worker.service.assembly  # noqa: F401 - what a worker has loaded is part of its memory
from activities.costs.exchange import Exchange
from activities.costs.figures import FigureFile
from activities.costs.opencost import OpenCostSource
from activities.costs.price_list import PriceListSource
from activities.costs.quotes import WorkloadsSeen
from activities.costs.wording import write_target
from policies.checks import Case
from policies.checks.decision import evaluate
from policies.checks.reasons import Reason
from policies.costs.cost import Requests
from policies.costs.prices import PriceList
from policies.keys import WorkloadKey
from worker.service.allocator import settle, use_one_arena

PAGE = 500
ROUNDS = 5


def rss_mb(field: str = "VmRSS") -> float:
    """Resident memory of this process, or its peak (VmHWM), in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def timed(action: Callable[[], Any]) -> float:
    """CPU seconds that an action takes."""
    began = time.process_time()
    action()
    return time.process_time() - began


def build(client: httpx.Client, count: int) -> OpenCostSource:
    """A source as the worker builds it, with a cluster of so many Deployments."""
    running = frozenset(WorkloadKey(f"team-{number % 100}", f"app-{number}") for number in range(count))
    return OpenCostSource(
        Exchange(client, "OpenCost", seconds=30),
        lambda _: question(),
        lambda: WorkloadsSeen(running),
        PriceListSource(PriceList()),
        file=FigureFile(Path("/nowhere/figures.json")),
    )


def list_page(first: int, last: int) -> list[Any]:
    """The Deployments that some of the rows are of."""
    made = []
    for number in range(first, last):
        requests = Requests(cpu_cores=0.25 + number % 7, memory_bytes=(0.5 + number % 5) * GIB)
        made.append(workload(f"team-{number % 100}", f"app-{number}", replicas=1, requests=requests))
    return made


def evaluate_all(source: OpenCostSource, count: int) -> tuple[int, float]:
    """Every Deployment, page by page as a run lists them: how many would be paused, and the time of that alone."""
    costs, by, around = source.fetch(NOW), policy(), surroundings()
    paused, took = 0, 0.0
    for first in range(0, count, PAGE):
        page = list_page(first, min(first + PAGE, count))
        began = time.process_time()
        for each in page:
            judged = Case(policy=by, workload=each, surroundings=around, cost=costs.quote(each))
            paused += evaluate(judged).reason is Reason.PAUSE
        took += time.process_time() - began
    return paused, took


def read_away(pieces: Iterator[bytes]) -> int:
    """The body alone."""
    return sum(map(len, pieces))


def serve(count: int) -> None:
    """The server's process: its address on stdout, until stdin ends."""
    from fakeopencost import many_rows  # noqa: PLC0415
    from httpanswers import Answer, AnsweringServer  # noqa: PLC0415

    with AnsweringServer(Answer(200, body(*many_rows(count, END)))) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.count)
        return
    use_one_arena()
    command = [sys.executable, __file__, "--serve", "--count", str(arguments.count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        with httpx.Client(base_url=server.stdout.readline().strip(), trust_env=False) as client:
            measure(client, arguments.count)
        server.communicate()


def measure(client: httpx.Client, count: int) -> None:
    """One fresh answer for the memory, then several for the time."""
    settle()
    print(f"worker-like process before, MB        {rss_mb()}")
    source = build(client, count)
    first = timed(lambda: source.fetch(NOW))
    print(f"after one answer, MB                  {rss_mb()}   peak {rss_mb('VmHWM')}   target < 120")
    paused, _ = evaluate_all(source, count)
    print(f"after evaluating {count}, MB         {rss_mb()}   peak {rss_mb('VmHWM')}")
    source.fetch(NOW + timedelta(hours=1))  # another window: nothing in it is believed, and it is read all the same
    print(f"after a second answer, MB             {rss_mb()}   peak {rss_mb('VmHWM')}")
    exchange, target = Exchange(client, "OpenCost", seconds=30), write_target(question())
    size = exchange.ask(target, read_away)
    floor = statistics.median(timed(lambda: exchange.ask(target, read_away)) for _ in range(ROUNDS))
    fetches = [timed(lambda: build(client, count).fetch(NOW)) for _ in range(ROUNDS)]
    evaluations = [evaluate_all(source, count)[1] for _ in range(ROUNDS)]
    print(f"body, MB                              {size / 1e6:.1f}")
    print(f"first answer, s                       {first:.2f}")
    print(
        f"asked and judged, median s            {statistics.median(fetches):.2f}   floor {floor:.2f} (the body alone)"
    )
    both = statistics.median(fetches) + statistics.median(evaluations)
    print(f"evaluated by a policy, median s       {statistics.median(evaluations):.2f}   ({paused} would be paused)")
    print(f"both, s                               {both:.2f}   target < 1")


if __name__ == "__main__":
    main()
