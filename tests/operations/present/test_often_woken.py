"""Who is woken often, from a real Temporal's visibility."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from ids import id_of
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from activities.hibernation.visibility import CLUSTER, HIBERNATION_STATE, POLICY, WORKLOAD_NAMESPACE
from operations.present.often_woken import OftenWoken, find_often_woken
from policies.names import HIBERNATION
from worker.temporal.attributes import register_attributes

pytestmark = pytest.mark.temporal

THIS = "often-woken"


async def sleep_once(client: Client, name: str, state: str, policy: str = "nights", cluster: str = THIS) -> None:
    """A hibernation that has ended in a state."""
    values = ((CLUSTER, cluster), (HIBERNATION_STATE, state), (POLICY, policy), (WORKLOAD_NAMESPACE, "dev"))
    handle = await client.start_workflow(
        HIBERNATION,
        id=id_of(cluster, "dev", name),
        task_queue="nobody polls it",
        search_attributes=TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values]),
    )
    await handle.terminate()


async def often(client: Client, now: datetime, *, those_of: str | None = None) -> tuple[OftenWoken, ...]:
    return await find_often_woken(client, THIS, now, those_of)


async def test_what_people_woke_six_times_in_a_week_is_named(temporal_client: Client) -> None:
    await register_attributes(temporal_client)
    wakes = [("api", "awake", "nights", THIS)] * 7 + [("web", "awake", "nights", THIS)] * 6
    wakes += [("rare", "awake", "nights", THIS)] * 5 + [("by-itself", "cooling", "nights", THIS)] * 6
    wakes += [("by-hand", "awake", "manual", THIS)] * 6 + [("elsewhere", "awake", "nights", "other")] * 6
    for name, state, policy, cluster in wakes:
        await sleep_once(temporal_client, name, state, policy, cluster)
    now = datetime.now(UTC)
    expected = (OftenWoken(namespace="dev", name="api", times=7), OftenWoken(namespace="dev", name="web", times=6))
    for _ in itertools.repeat(None, 200):  # visibility is a moment behind
        if await often(temporal_client, now) == expected:
            break
        await asyncio.sleep(0.05)
    assert await often(temporal_client, now) == expected
    assert await often(temporal_client, now, those_of="test") == ()
    assert await often(temporal_client, now + timedelta(days=8)) == ()
