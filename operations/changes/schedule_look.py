"""Whether a worker has taken a change of policies up: what the Schedules say some seconds later."""

import asyncio
from collections.abc import Collection
from contextlib import nullcontext

from temporalio.client import Client

from operations.installation import Installation
from operations.temporal import has_worker
from policies.models import Frozen
from worker.service.rounds import ROUND_SECONDS
from worker.temporal.schedule_states import ScheduleSeen, read_states

_LOOKS = 3
_SNAPSHOT_SECONDS = ROUND_SECONDS + 1.0
"""How long until a worker has surely read a change: a run or a check before that is judged by the old policies."""


class ScheduleLook(Frozen):
    """What there is to see of the change in Temporal."""

    cluster: str
    worker: bool
    """Whether one polls. Without it nothing changes there, and the Schedules are not looked at."""
    schedules: tuple[ScheduleSeen, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with each Schedule that does not run."""
        return tuple(each.problem for each in self.schedules if each.problem)


async def look_at_schedules(
    installation: Installation, client: Client, policies: Collection[str], *, changed: bool
) -> ScheduleLook:
    """See how the Schedules of these policies stand; if something was `changed`, after giving the worker time to put
    them. Raises RPCError.
    """
    cluster = installation.settings.cluster
    if not await has_worker(client, cluster):
        return ScheduleLook(cluster=cluster, worker=False)
    with installation.listener.progress("letting the worker read it") if changed else nullcontext():
        for _ in range(_LOOKS):
            await asyncio.sleep(_SNAPSHOT_SECONDS if changed else 0)
            seen = [each for each in await read_states(client, cluster, policies) if each.policy in policies]
            if not changed or all(each.state != "missing" for each in seen):
                break
    return ScheduleLook(cluster=cluster, worker=True, schedules=tuple(seen))
