"""The service: one worker process for one cluster, from its start to its clean stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client

from activities.clocks import ClockComparison, compare_clocks
from worker.assembly import running_workers
from worker.attributes import register_attributes
from worker.claiming import claim_cluster
from worker.cluster import Cluster
from worker.clusterrecord import start_reconciling
from worker.health import Health, keep_checking
from worker.memory import keep_trimmed
from worker.notifications import notifying
from worker.policysync import PolicySync, keep_in_step
from worker.reconciliations import keep_reconciling
from worker.snapshots import SnapshotKeeper
from worker.statuses import build_statuses, keep_written

_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def running_service(
    client: Client, cluster: Cluster, clocks: ClockComparison = compare_clocks, health: Health | None = None
) -> AsyncIterator[SnapshotKeeper]:
    """The worker of a cluster, until the block ends.

    Before it polls it makes sure that it is at the right cluster and that Temporal knows its search attributes; then
    it brings the Schedules in step with the policies. `health` is told how it goes, where somebody asks for that.

    Raises IdentityMismatch, InstanceMismatch, AttributeClash, KubernetesError.
    """
    settings = cluster.settings
    await register_attributes(client)
    identity = await claim_cluster(client, cluster)
    keeper = SnapshotKeeper(client, settings.cluster, cluster.policies)
    reconcile = partial(start_reconciling, client, settings.cluster)
    sync = PolicySync(client, settings.cluster, settings.interval, reconcile=reconcile)
    statuses = build_statuses(cluster, sync, keeper.current)
    snapshot = await keeper.refresh()
    async with AsyncExitStack() as stack:
        notifier = stack.enter_context(notifying(settings))
        workers = running_workers(
            client,
            cluster,
            keeper.current,
            identity,
            clocks,
            note_figures=None if statuses is None else statuses.note,
            tell=notifier.tell,
        )
        await stack.enter_async_context(workers)
        await reconcile()
        await sync.begin(snapshot.policies)
        _LOG.info("worker is up for cluster %s at %s", settings.cluster, cluster.transport.server)
        chores = [
            asyncio.create_task(keeper.keep_fresh(partial(health.beat, "policies") if health else lambda: None)),
            asyncio.create_task(keep_in_step(sync, keeper.current)),
            asyncio.create_task(keep_reconciling(client, settings.cluster)),
            asyncio.create_task(keep_trimmed()),
        ]
        if statuses is not None:
            chores.append(asyncio.create_task(keep_written(statuses)))
        if health is not None:
            health.tell("worker", "")
            checks = {"Temporal": partial(_check_temporal, client), "the API server": partial(_check_cluster, cluster)}
            chores.append(asyncio.create_task(keep_checking(health, checks)))
        try:
            yield keeper
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)


async def _check_temporal(client: Client) -> str:
    await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return ""


async def _check_cluster(cluster: Cluster) -> str:
    await asyncio.to_thread(cluster.transport.request, "GET", "/version")
    return ""
