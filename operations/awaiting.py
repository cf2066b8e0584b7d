"""Waiting until the cluster itself shows that something came true, with a limit."""

import asyncio
import time
from collections.abc import Callable, Iterable
from functools import partial

from activities.errors import IoError
from operations.installation import Installation
from operations.listing import list_workloads
from policies import annotations as notes
from policies.keys import WorkloadKey
from policies.kinds import KIND_NAMES
from policies.workload import Workload

_FEW = 10
"""Up to this many are read one by one; more are listed, which costs one request for 500."""
_SECONDS_BETWEEN_READS = 0.3
_SECONDS_BETWEEN_LISTS = 2.0


def is_awake(workload: Workload) -> bool:
    """Whether it is awake: it has a count, and no record of a sleep."""
    return not workload.is_down and not notes.is_annotated(workload.annotations)


def is_available(workload: Workload) -> bool:
    """Whether it is awake and all its pods are there."""
    return is_awake(workload) and workload.rollout.available_replicas >= workload.replicas


async def wait_until_back(
    installation: Installation, workloads: Iterable[WorkloadKey], seconds: float, *, available: bool
) -> frozenset[WorkloadKey]:
    """Those of these workloads that were not seen awake when the time was over, or not `available`.

    One that is gone is not waited for, nor one of a kind that this version does not know. A cluster that cannot be
    asked for a while is told to the listener.
    """
    look = partial(_look, installation, reached=is_available if available else is_awake)
    missing, told = frozenset(workloads), ""
    waiting = frozenset(key for key in missing if key.kind in KIND_NAMES)
    total, doing = len(waiting), "available:" if available else "scaled up:"
    ends_at = time.monotonic() + seconds
    with installation.listener.counting(doing) as advance:
        while waiting:
            advance(total - len(waiting), total)
            try:
                back, gone = await asyncio.to_thread(look, waiting)
                missing, waiting = missing - back, waiting - back - gone
            except IoError as error:
                if str(error) != told:
                    installation.listener.note(f"the cluster cannot be asked: {error}")
                told = str(error)
            pause = _SECONDS_BETWEEN_READS if len(waiting) <= _FEW else _SECONDS_BETWEEN_LISTS
            if time.monotonic() + pause > ends_at:
                break
            await asyncio.sleep(pause if waiting else 0)
    return missing


def _look(
    installation: Installation, keys: frozenset[WorkloadKey], *, reached: Callable[[Workload], bool]
) -> tuple[frozenset[WorkloadKey], frozenset[WorkloadKey]]:
    """Those that are back, and those that are gone."""
    if len(keys) > _FEW:
        namespaces = {key.namespace for key in keys}
        only = next(iter(namespaces)) if len(namespaces) == 1 else None
        listing = list_workloads(installation.within(only))
        found = {workload.ref.key: workload for workload in listing.wakeable}
        there = {*found, *(each.key for each in listing.unreadable)}
    else:
        read = (installation.cluster.workloads.read(key) for key in keys)
        found = {workload.ref.key: workload for workload in read if workload is not None}
        there = {*found}
    return frozenset(key for key in keys if key in found and reached(found[key])), keys - there
