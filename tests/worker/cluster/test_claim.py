"""What a worker remembers of its cluster at a start, on the real server."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cases import policy
from temporalio.client import Client, ScheduleActionStartWorkflow, ScheduleUpdate, ScheduleUpdateInput

from activities.snapshot import Hold
from policies.names import reconcile_id, run_queue
from worker.cluster.claim import claim_cluster
from worker.settings.settings import Settings
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, read_record, set_hold
from worker.temporal.schedules import FINGERPRINT, list_scheduled, put_schedule

pytestmark = pytest.mark.temporal

ANNA = Hold(by="anna", since=datetime(2026, 11, 24, tzinfo=UTC))


@dataclass
class OneCluster:
    """A cluster that answers which one it is."""

    settings: Settings = field(default_factory=lambda: Settings(cluster=f"claimed-{uuid4().hex[:8]}"))
    instance: str = "me"

    @property
    def name(self) -> str:
        return self.settings.cluster

    def identity(self) -> str:
        return "this-one"

    def confirm(self, expected: str) -> str:
        return expected

    def hold_to(self, identity: str) -> None:
        """Nothing here changes."""

    async def claim(self, client: Client) -> None:
        """As a worker does at its start."""
        await register_attributes(client)
        await claim_cluster(client, self)  # type: ignore[arg-type]


async def test_a_first_start_remembers_the_cluster_without_a_hold(client: Client) -> None:
    cluster = OneCluster()
    await cluster.claim(client)
    assert await read_record(client, cluster.name) == ClusterRecord(identity="this-one", instance="me")


async def test_a_start_that_finds_schedules_of_policies_and_no_record_sets_a_hold(client: Client) -> None:
    cluster = OneCluster()
    await cluster.claim(client)
    await put_schedule(client, cluster.name, policy("idle"), timedelta(days=365))
    while not [name async for name in list_scheduled(client, cluster.name)]:
        await asyncio.sleep(0.05)
    await client.get_schedule_handle(reconcile_id(cluster.name)).delete()
    await cluster.claim(client)
    record = await read_record(client, cluster.name)
    assert record is not None
    assert record.hold is not None
    assert "whether a hold was on" in record.hold.reason


async def test_a_start_brings_the_schedule_in_step_and_leaves_the_hold_and_a_pause_as_they_are(client: Client) -> None:
    cluster = OneCluster()
    await cluster.claim(client)
    await set_hold(client, cluster.name, ANNA)
    handle = client.get_schedule_handle(reconcile_id(cluster.name))

    def age(update: ScheduleUpdateInput) -> ScheduleUpdate:
        """As an earlier program made it."""
        schedule = update.description.schedule
        assert isinstance(schedule.action, ScheduleActionStartWorkflow)
        schedule.action.task_queue = "finops/elsewhere"
        schedule.action.memo = {**(schedule.action.memo or {}), FINGERPRINT: "of another program"}
        schedule.state.paused = True
        return ScheduleUpdate(schedule)

    await handle.update(age)
    await cluster.claim(client)
    schedule = (await handle.describe()).schedule
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    assert (schedule.action.task_queue, schedule.state.paused) == (run_queue(cluster.name), True)
    record = await read_record(client, cluster.name)
    assert record == ClusterRecord(identity="this-one", instance="me", hold=ANNA)
