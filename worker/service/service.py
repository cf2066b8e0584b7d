"""The service: the worker of one cluster, from its start to its clean stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client

from activities.clocks import ClockComparison, compare_clocks
from activities.cluster_context import working_for
from activities.kube.calls import CHECK_SECONDS
from activities.metrics import show_served
from activities.reconciliation.policy_statuses import PolicyStatuses
from worker.cluster.claim import claim_cluster
from worker.cluster.cluster import Cluster
from worker.cluster.sight import RightsWatch
from worker.service.activity_objects import ServiceAround
from worker.service.assembly import running_workers
from worker.service.health import Health, keep_checking
from worker.service.notifications import notifying
from worker.service.policy_alerts import tell_of_policies
from worker.service.policy_sync import PolicySync
from worker.service.rounds import keep_going
from worker.service.snapshots import SnapshotKeeper
from worker.service.statuses import build_statuses
from worker.service.troubles import find_troubles
from worker.temporal.attributes import settle_attributes
from worker.temporal.cluster_record import start_reconciling
from worker.temporal.reconciliations import keep_reconciling
from worker.temporal.renewal import carried

RIGHTS_SECONDS = 60.0

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
    async with AsyncExitStack() as stack:
        stack.enter_context(working_for(settings.cluster))
        await settle_attributes(client)
        identity = await claim_cluster(client, cluster)
        keeper = SnapshotKeeper(client, settings.cluster, cluster.policies)
        reconcile = partial(start_reconciling, client, settings.cluster)
        sync = PolicySync(client, settings.cluster, settings.interval, reconcile=reconcile)
        rights = RightsWatch(cluster.transport, cluster.uses, cluster.instance, _teller(health, "its rights"))
        statuses = build_statuses(cluster, sync, keeper.current, rights.missing)
        snapshot = await keeper.refresh()
        notifier = stack.enter_context(notifying(settings))
        running = running_workers(
            client,
            cluster,
            keeper.current,
            identity,
            clocks,
            around=ServiceAround(
                note_figures=None if statuses is None else statuses.note,
                tell=notifier.tell,
                unseen=rights.unseen,
                troubles=partial(find_troubles, cluster, keeper, notifier),
            ),
        )
        workers = await stack.enter_async_context(running)
        stack.enter_context(carried(client, workers))
        if not await reconcile():
            _LOG.warning("the Schedule of the reconciliation is paused, and is left so: no sleeper is checked")
        await sync.begin(snapshot.policies)
        _LOG.info("worker is up for cluster %s at %s", settings.cluster, cluster.transport.server)
        _LOG.info("%s", cluster.describe_sources())
        show_served(True)
        if health is not None:
            health.tell("worker", "")
        chores = _chores(client, cluster, keeper, sync, statuses, rights, health)
        await stack.enter_async_context(_doing(chores))
        yield keeper


@asynccontextmanager
async def _doing(chores: Iterable[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run all of them beside the block, until it ends."""
    tasks = [asyncio.create_task(each) for each in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _chores(
    client: Client,
    cluster: Cluster,
    keeper: SnapshotKeeper,
    sync: PolicySync,
    statuses: PolicyStatuses | None,
    rights: RightsWatch,
    health: Health | None,
) -> Iterator[Coroutine[Any, Any, None]]:
    """What goes on beside the workers, each for ever."""
    tell = _teller(health, "the policies")

    async def read_policies() -> None:
        try:
            tell(tell_of_policies(await keeper.refresh(), cluster.instance))
        finally:
            if health is not None:
                health.beat("policies")

    async def schedule_policies() -> None:
        await sync.follow(keeper.current())

    yield keep_going(read_policies, "the policies could not be refreshed")
    yield keep_going(schedule_policies, "the Schedules could not be brought in step")
    look = partial(asyncio.to_thread, rights.look)
    yield keep_going(look, "its own rights could not be asked for", every=RIGHTS_SECONDS, first_after=0)
    yield keep_reconciling(client, cluster.settings.cluster)
    if statuses is not None:
        yield keep_going(partial(asyncio.to_thread, statuses.write), "the statuses of policies could not be written")
    if health is not None:
        checks = {"Temporal": partial(_check_temporal, client), "the API server": partial(_check_cluster, cluster)}
        yield keep_checking(health, checks)


def _teller(health: Health | None, part: str) -> Callable[[str], None]:
    return (lambda _: None) if health is None else partial(health.tell, part)


async def _check_temporal(client: Client) -> str:
    await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return ""


async def _check_cluster(cluster: Cluster) -> str:
    await asyncio.to_thread(cluster.transport.request, "GET", "/version", read_seconds=CHECK_SECONDS)
    return ""
