"""A Schedule that sleeps by a clock somebody set back must not stop the wakes."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.client import (
    Client,
    ScheduleHandle,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from policies.names import reconcile_id
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record
from worker.temporal.reconciliations import keep_reconciling

pytestmark = pytest.mark.temporal


async def sleeping_schedule(client: Client, cluster: str, *, paused: bool = False) -> ScheduleHandle:
    """The Schedule of a cluster's reconciliations, asleep for a month."""
    await register_attributes(client)
    await create_record(client, cluster, ClusterRecord(identity="this-one"))

    def put_off(update: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule = update.description.schedule
        schedule.spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=30))])
        schedule.state.paused = paused
        return ScheduleUpdate(schedule)

    handle = client.get_schedule_handle(reconcile_id(cluster))
    await handle.update(put_off)
    return handle


async def watch(client: Client, cluster: str, handle: ScheduleHandle, looks: int) -> int:
    """How often the Schedule has acted after so many looks at it."""
    before = (await handle.describe()).info.num_actions
    watching = asyncio.create_task(keep_reconciling(client, cluster, timedelta(seconds=0.2)))
    acted = before
    for _ in range(looks):
        await asyncio.sleep(0.1)
        acted = (await handle.describe()).info.num_actions
        if acted > before:
            break
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return acted - before


async def test_where_the_schedule_starts_no_reconciliation_the_worker_does(client: Client) -> None:
    handle = await sleeping_schedule(client, "stalled")
    assert await watch(client, "stalled", handle, looks=100) == 1


async def test_a_schedule_that_somebody_paused_is_left_so(client: Client) -> None:
    handle = await sleeping_schedule(client, "paused", paused=True)
    assert await watch(client, "paused", handle, looks=20) == 0
