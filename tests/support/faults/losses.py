"""The life of an installation that loses Temporal's database, and all its processes with it: where, says the line.

W2=killed          as it sends W2, which never arrives
W2=acked-killed    W2 is carried out, and nobody ever hears of it
asleep: loss       while everything sleeps; awake: while somebody wants it awake

A fresh server and a fresh worker know nothing but what the Deployments carry. What was asked is asked again.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from faults.invariants import AFTER
from faults.kills import COUNTS, settle
from faults.plans import Plan
from faults.run import Result
from faults.suites import Case
from faults.workers import AWAKE, PATIENCE_SECONDS, Ground, Installation, open_installation
from policies.names import REACTIVATE
from worker.ports import LOOPBACK, choose_ports
from worker.state import Ports

AT_ONCE = 3
"""Installations: each has a service and a server of its own."""
AWAKE_FOR = timedelta(minutes=10)
_NUMBERS = itertools.count(1)


async def play_losses(ground: Ground, folder: Path, cases: Sequence[Case]) -> Result:
    """Play every case in an installation of its own, a few at a time, and judge them."""
    result = Result("losses", len(cases))
    began = time.monotonic()
    gate = asyncio.Semaphore(AT_ONCE)

    async def play(case: Case) -> None:
        name, ports = f"loss-{next(_NUMBERS):02d}", choose_ports(None)
        client = await Client.connect(f"{LOOPBACK}:{ports.server}", data_converter=pydantic_data_converter, lazy=True)
        async with gate, open_installation(ground, name, folder / name, client) as installation:
            try:
                await _live(installation, ports, case)
                await settle(installation, f"lost {case.line}", result)
            finally:
                installation.service.kill()

    await asyncio.gather(*(play(case) for case in cases))
    result.seconds = round(time.monotonic() - began)
    return result


async def _live(installation: Installation, ports: Ports, case: Case) -> None:
    stage, service = installation.stage, installation.service
    subjects = await asyncio.to_thread(installation.furnish, *COUNTS)
    await asyncio.sleep(1.1)  # the cooldown of what was created just now
    first = subjects[0]
    first.plan, first.killing = Plan(case.faults), installation.lose_temporal
    service.state.write_ports(ports)
    await asyncio.to_thread(service.start)
    await asyncio.gather(*(installation.await_sleep(subject) for subject in subjects))
    if case.gap == "asleep":
        await asyncio.to_thread(installation.lose_temporal)
    wish = {"by": "the case"}
    if case.gap == "awake":
        wish["until"] = (datetime.now(UTC) + AWAKE_FOR).isoformat()
    with suppress(RPCError):  # lost amid the pauses: nobody is there yet to be asked
        await asyncio.gather(*(stage.handle(subject).signal(REACTIVATE, wish) for subject in subjects))
    if case.gap == "awake":
        await asyncio.gather(*(stage.reach(subject, *AWAKE, within=PATIENCE_SECONDS) for subject in subjects))
        await asyncio.to_thread(installation.lose_temporal)
    await asyncio.gather(*(installation.see_off(subject) for subject in subjects))
    for subject in subjects:
        subject.cycle = AFTER
        # Of a hibernation that was lost nobody knows when it ended: what came later came from another one.
        subject.ended.clear()
