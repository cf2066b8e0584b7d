"""Two workers, and the first of them is cut off in the middle of its activities. What it still sends takes no effect.

frozen     it stands still (SIGSTOP) after the first of two writes, until others have ended what it was doing
cut-off    Temporal does not hear it any more, and the API server still does

Each befalls four Deployments at the same instant: one whose pause goes on, one whose pause is called off meanwhile
(both after W1), one whose wake goes on, and one that is paused again after it (both after W3).
"""

import asyncio
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from temporalio.client import Client

from faults.forwarder import Forwarder
from faults.invariants import AFTER, Violation
from faults.kills import settle
from faults.points import Point
from faults.run import Result
from faults.subjects import Entry, Subject
from faults.workers import PATIENCE_SECONDS, Ground, Installation, open_installation, wait_until
from policies.names import REACTIVATE
from policies.sleep.messages import Phase

WAYS = ("frozen", "cut-off")
BEFALLEN = 4
_TOGETHER_SECONDS = 7.0
"""A worker waits 8 s for an answer: by then all four writes have to be there."""
REPORT_SECONDS = 5.0
"""For what it says to Temporal when it is back."""
_WORD = {"by": "the case"}


@dataclass
class Zombie:
    """The first worker, and what parts it from the others."""

    installation: Installation
    way: str
    line: Forwarder
    parted: bool = False

    def start(self) -> None:
        """It is alone and healthy."""
        self._process = self.installation.start_worker(TEMPORAL_ADDRESS=self.line.address)

    def part(self) -> None:
        """It is cut off, and another worker comes up."""
        if self.way == "frozen":
            self._process.send_signal(signal.SIGSTOP)
        else:
            self.line.cut()
        self.installation.start_worker()
        self.parted = True

    def come_back(self) -> None:
        """It goes on where it was."""
        if self.way == "frozen":
            self._process.send_signal(signal.SIGCONT)
        else:
            self.line.mend()


async def play_zombies(ground: Ground, client: Client, address: str, folder: Path, ways: list[str]) -> Result:
    """Play all ways at the same time, and judge them."""
    result = Result("zombies", BEFALLEN * len(ways))
    began = time.monotonic()
    await asyncio.gather(*(_play(ground, client, address, folder, way, result) for way in ways))
    result.seconds = round(time.monotonic() - began)
    return result


async def _play(ground: Ground, client: Client, address: str, folder: Path, way: str, result: Result) -> None:
    name = f"zombie-{way}"
    with Forwarder(address) as line:
        async with open_installation(ground, name, folder / name, client, TEMPORAL_ADDRESS=address) as installation:
            zombie = Zombie(installation, way, line)
            await _live(zombie, result)
            await settle(installation, f"zombie {way}", result)


async def _live(zombie: Zombie, result: Result) -> None:
    installation = zombie.installation
    stage = installation.stage
    woken, again = await asyncio.to_thread(installation.furnish, 2, 3)
    await asyncio.sleep(1.1)  # the cooldown of what was created just now
    zombie.start()
    await asyncio.gather(*(installation.await_sleep(subject) for subject in (woken, again)))
    paused, called_off = await asyncio.to_thread(installation.furnish, 4, 1)
    await _part_amid_four_writes(zombie, (woken, again), (paused, called_off), result)

    await stage.handle(called_off).signal(REACTIVATE, _WORD)
    await asyncio.gather(
        _ended_and_paused_again(installation, again),
        stage.reach(paused, Phase.ASLEEP, within=PATIENCE_SECONDS),
        *(stage.reach(subject, within=PATIENCE_SECONDS) for subject in (woken, called_off)),
    )
    marks = {subject.name: len(subject.log) for subject in installation.subjects}
    zombie.come_back()
    if zombie.parted and zombie.way == "frozen":
        await wait_until(lambda: all(_late(subject, marks) for subject in installation.subjects))
    await asyncio.sleep(REPORT_SECONDS)
    for subject in installation.subjects:
        result.violations += [
            Violation("I8", f"zombie {zombie.way}", f"{subject.name}: {entry.point} took effect although it came late")
            for entry in _late(subject, marks)
            if entry.changed
        ]
        if zombie.way == "frozen" and not _late(subject, marks):
            result.unfired.append(f"zombie {zombie.way}: {subject.name} was sent nothing late")
    await asyncio.gather(*(installation.see_off(subject) for subject in installation.subjects))
    for subject in installation.subjects:
        subject.cycle = AFTER
    installation.dismiss()


async def _part_amid_four_writes(
    zombie: Zombie, asleep: Sequence[Subject], running: Sequence[Subject], result: Result
) -> None:
    """Wake some and pause others, and cut the worker off as soon as the first write of each has been answered."""
    stage = zombie.installation.stage
    met = threading.Barrier(BEFALLEN, action=zombie.part)
    for subjects, point in ((asleep, Point.W3), (running, Point.W1)):
        for subject in subjects:
            subject.after[point, 1] = partial(_meet, met)
    await asyncio.gather(*(stage.handle(subject).signal(REACTIVATE, _WORD) for subject in asleep))
    await asyncio.gather(*(stage.pause(subject) for subject in running))
    await wait_until(lambda: zombie.parted or met.broken)
    if not zombie.parted:
        result.unfired.append(f"zombie {zombie.way}: the four writes were not there at the same time")


def _meet(met: threading.Barrier) -> None:
    with suppress(threading.BrokenBarrierError):
        met.wait(_TOGETHER_SECONDS)


async def _ended_and_paused_again(installation: Installation, subject: Subject) -> None:
    await installation.stage.reach(subject, within=PATIENCE_SECONDS)
    await asyncio.sleep(1.1)
    await installation.stage.pause(subject)
    await wait_until(lambda: subject.counts[Point.W1] > 1)
    await installation.stage.reach(subject, Phase.ASLEEP, within=PATIENCE_SECONDS)


def _late(subject: Subject, marks: dict[str, int]) -> list[Entry]:
    """What was written about it since then."""
    return [entry for entry in subject.log[marks[subject.name] :] if entry.request.method == "PATCH" and entry.status]
