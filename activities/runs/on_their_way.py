"""What is on its way to sleep: counted by visibility, which is a moment behind, and so waited for."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from temporalio.client import Client

from activities.hibernation.listing import count_shown, in_phases, open_query
from policies.sleep.messages import Phase

LONGEST_LAG = 30.0
"""Seconds. A visibility that is well is behind by less than one."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two looks, which double."""
_LOG = logging.getLogger(__name__)


async def count_pausing(client: Client, cluster: str) -> int:
    """How many workloads of a cluster are about to sleep. Raises RPCError."""
    return (await client.count_workflows(f"{open_query(cluster)} AND {in_phases(Phase.PAUSING)}")).count


async def wait_until_shown(
    client: Client, runs: Sequence[str], tell_alive: Callable[[], None], *, longest: float = LONGEST_LAG
) -> None:
    """Wait until visibility shows these runs of hibernations, so that the next count includes them.

    Else two runs of policies, one right after the other, would each find room under `maxAffectedPercent` for the same
    share of the cluster. A visibility that is behind by more than `longest` seconds is told of, and waited for no more.
    Raises RPCError.
    """
    deadline, pause = time.monotonic() + longest, _FIRST_PAUSE
    while await count_shown(client, runs) < len(runs):
        if time.monotonic() > deadline:
            _LOG.warning("Temporal's visibility is over %g s behind: the next run may count too few", longest)
            return
        tell_alive()
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
