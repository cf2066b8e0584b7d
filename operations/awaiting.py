"""Waiting until the cluster itself shows that something came true, with a limit."""

import asyncio
import time
from collections.abc import Callable, Iterable

from activities.errors import IoError
from operations.installation import Installation
from operations.listing import list_workloads
from policies import annotations as notes
from policies.workload import Workload

_FEW = 10
"""Up to this many are read one by one; more are listed, which costs one request for 500."""
_SECONDS_BETWEEN_READS = 0.3
_SECONDS_BETWEEN_LISTS = 2.0

Reached = Callable[[Workload], bool]


def is_awake(workload: Workload) -> bool:
    """Whether it was given back: it has a count, and no record of a sleep."""
    return workload.replicas > 0 and not notes.is_annotated(workload.annotations)


def is_available(workload: Workload) -> bool:
    """Whether it was given back and all its pods are there."""
    return is_awake(workload) and workload.rollout.available_replicas >= workload.replicas


def is_asleep(workload: Workload) -> bool:
    """Whether it was put to sleep."""
    return workload.replicas == 0 and notes.PAUSED in workload.annotations


async def wait_for(installation: Installation, names: Iterable[str], reached: Reached, seconds: float) -> set[str]:
    """The Deployments (`namespace/name`) that have not reached it when the time is over. One that is gone has."""
    missing, told = set(names), ""
    ends_at = time.monotonic() + seconds
    while missing:
        try:
            missing = await asyncio.to_thread(_look, installation, missing, reached)
        except IoError as error:
            if str(error) != told:
                installation.listener.note(f"cannot look: {error}")
            told = str(error)
        pause = _SECONDS_BETWEEN_READS if len(missing) <= _FEW else _SECONDS_BETWEEN_LISTS
        if time.monotonic() + pause > ends_at:
            break
        await asyncio.sleep(pause if missing else 0)
    return missing


def _look(installation: Installation, names: set[str], reached: Reached) -> set[str]:
    if len(names) > _FEW:
        found = {str(workload.ref): workload for workload in list_workloads(installation).workloads}
    else:
        read = (installation.cluster.deployments.read(*name.split("/")) for name in names)
        found = {str(workload.ref): workload for workload in read if workload is not None}
    return {name for name in names if name in found and not reached(found[name])}
