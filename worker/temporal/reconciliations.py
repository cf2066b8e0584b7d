"""The reconciliations of a cluster, seen from outside: what the last one found, and that they go on."""

import asyncio
import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError

from policies.names import reconcile_id
from policies.sleep.reconciliation import ReconcileResult
from worker.temporal.cluster_record import start_reconciling
from worker.temporal.run_results import read_last_result

STALLED_AFTER = timedelta(minutes=12)
"""More than two periods of the Schedule."""

_LOG = logging.getLogger(__name__)


async def read_last_reconciliation(client: Client, cluster: str) -> ReconcileResult | None:
    """The result of the latest run that is over, or None where there was no run, or retention has removed it.

    Raises RPCError.
    """
    return await read_last_result(client, reconcile_id(cluster), ReconcileResult)


async def keep_reconciling(client: Client, cluster: str, stalled_after: timedelta = STALLED_AFTER) -> None:
    """Start a reconciliation wherever the Schedule has started none for so long, until cancelled.

    Schedules and timers sleep by Temporal's clock: one that was hours ahead and is set right leaves them asleep for
    hours. The event loop counts by a clock that nobody sets, and the reconciliation wakes what is due.
    """
    handle, before = client.get_schedule_handle(reconcile_id(cluster)), -1
    while True:
        await asyncio.sleep(stalled_after.total_seconds())
        try:
            description = await handle.describe()
            actions = description.info.num_actions
            if actions == before and not description.schedule.state.paused:
                _LOG.warning("the Schedule of the reconciliation has slept too long: one is started")
                await start_reconciling(client, cluster)
                actions += 1
        except RPCError as error:
            _LOG.warning("whether reconciliations go on could not be read from Temporal: %s", error.message)
        else:
            before = actions
