"""`finops status` of a thousand sleepers: once, and with --watch.

    python benchmarks/status.py [--count 1000] [--seconds 60] [--json out.json]

Real control plane, real Temporal, and a worker that put them to sleep and is still there. The floor is a bare process
that connects to the same Temporal and lists the same hibernations with the SDK alone. Beside the time on the clock
stands that of the processor, which a busy machine does not change.
"""

import argparse
import fcntl
import json
import os
import pty
import resource
import signal
import statistics
import struct
import sys
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path

from bench import CLUSTER, Bench, furnish, open_bench, timed
from deployments import wait_for
from services import enforcing

ROUNDS = 7
WINDOW = (24, 80)
_FLOOR = """
import asyncio, sys
from temporalio.client import Client
async def main():
    client = await Client.connect(sys.argv[1])
    query = f"WorkflowType = 'Hibernation' AND ExecutionStatus = 'Running' AND Cluster = '{sys.argv[2]}'"
    print(len([each async for each in client.list_workflows(query, page_size=500)]))
asyncio.run(main())
"""


def put_to_sleep(bench: Bench) -> None:
    """All of them, by the product itself."""
    policy = bench.folder / "policy.yaml"
    policy.write_text(enforcing("bench", "bench-*", cooldown="1s", maxActionsPerRun=100_000))
    bench.finops("apply", str(policy), "--yes")
    wait_for(lambda: _asleep(bench) == len(bench.workloads), seconds=900, what="all asleep")


def measure_status(bench: Bench) -> None:
    """The whole process, beside a bare listing by the SDK."""
    server = bench.state.read_server()
    assert server is not None
    script = bench.folder / "floor.py"
    script.write_text(_FLOOR)
    floor = [sys.executable, str(script), server.address, CLUSTER]
    shown, listed = _measure([sys.executable, "-m", "cli", "status"], bench), _measure(floor, bench)
    bench.tell(
        f"finops status, {len(bench.workloads)} asleep, s",
        round(shown[0], 2),
        floor=f"{listed[0]:.2f} (bare listing)",
        target="< 1.0",
    )
    bench.tell("... of the processor, s", round(shown[1], 2), floor=f"{listed[1]:.2f} (bare listing)")


def measure_watch(bench: Bench, seconds: float) -> None:
    """What `--watch` takes of one core in a window, once it is up."""
    process, window = pty.fork()
    if process == 0:
        os.execve(sys.executable, [sys.executable, "-m", "cli", "status", "--watch"], bench.environment)
    fcntl.ioctl(window, termios.TIOCSWINSZ, struct.pack("HHHH", *WINDOW, 0, 0))
    threading.Thread(target=_read_away, args=(window,), daemon=True).start()
    time.sleep(15)
    began, used = time.monotonic(), _processor_seconds(process)
    time.sleep(seconds)
    share = (_processor_seconds(process) - used) / (time.monotonic() - began)
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)
    bench.tell("finops status --watch, % of a core", round(share * 100, 2), target="< 3")


def _measure(command: list[str], bench: Bench) -> tuple[float, float]:
    """Medians of the time on the clock and of the processor."""
    took, used = [], []
    for _ in range(ROUNDS):
        before = _children_seconds()
        took.append(timed(lambda: bench.spawn(*command, log="status.log")[0].wait(timeout=60)))
        used.append(_children_seconds() - before)
    return statistics.median(took), statistics.median(used)


def _children_seconds() -> float:
    """The processor's time of children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read_away(window: int) -> None:
    with suppress(OSError):  # it ends
        while os.read(window, 65_536):
            pass


def _asleep(bench: Bench) -> int:
    return int(json.loads(bench.finops("status", "--output", "json"))["asleep"])


def main() -> None:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with open_bench(arguments.count, arguments.json) as bench:
        furnish(bench)
        bench.start_temporal()
        bench.start_worker("worker.log")
        put_to_sleep(bench)
        measure_status(bench)
        measure_watch(bench, arguments.seconds)


if __name__ == "__main__":
    main()
