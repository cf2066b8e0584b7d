"""Schedules follow the source of policies, on the real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cases import policy
from temporalio.client import Client

from activities.snapshot import Snapshot
from policies.document import EnforcementPolicy
from worker.attributes import register_attributes
from worker.policysync import GONE_AFTER, PolicySync
from worker.schedules import list_scheduled, remove_schedule

pytestmark = pytest.mark.temporal


@dataclass
class Follower:
    """A sync of a cluster of its own, and the seconds it counts."""

    client: Client
    cluster: str = field(default_factory=lambda: f"sync-{uuid4().hex[:8]}")
    counted: float = 0.0

    def __post_init__(self) -> None:
        self.sync = PolicySync(self.client, self.cluster, timedelta(days=365), clock=lambda: self.counted)

    async def see(self, *policies: EnforcementPolicy, complete: bool = True) -> None:
        """Follow a reading of the source."""
        await self.sync.follow(Snapshot(read_at=datetime.now(UTC), policies=policies, complete=complete))

    async def has(self, *names: str) -> bool:
        """Whether these are the policies with a Schedule; the server's list may be a moment behind."""
        for _ in range(100):
            if {name async for name in list_scheduled(self.client, self.cluster)} == set(names):
                return True
            await asyncio.sleep(0.1)
        return False


@pytest.fixture
async def follower(client: Client) -> AsyncIterator[Follower]:
    await register_attributes(client)
    made = Follower(client)
    yield made
    async for name in list_scheduled(client, made.cluster):
        await remove_schedule(client, made.cluster, name)


async def test_a_new_policy_has_a_schedule_and_a_gone_one_loses_it_after_a_while(follower: Follower) -> None:
    await follower.see(policy("a"), policy("b"))
    assert await follower.has("a", "b")
    await follower.see(policy("b"))
    assert await follower.has("a", "b")
    follower.counted += GONE_AFTER
    await follower.see(policy("b"))
    assert await follower.has("b")


async def test_a_policy_that_is_there_again_keeps_its_schedule(follower: Follower) -> None:
    await follower.see(policy("a"))
    await follower.see()
    follower.counted += GONE_AFTER / 2
    await follower.see(policy("a"))
    follower.counted += GONE_AFTER
    await follower.see(policy("a"))
    assert await follower.has("a")


async def test_a_source_that_cannot_be_read_takes_no_schedule_away(follower: Follower) -> None:
    await follower.see(policy("a"))
    await follower.see(complete=False)
    follower.counted += GONE_AFTER
    await follower.see(complete=False)
    assert await follower.has("a")


async def test_what_went_while_no_worker_was_up_loses_its_schedule_too(follower: Follower) -> None:
    await follower.see(policy("old"), policy("new"))
    assert await follower.has("old", "new")
    later = Follower(follower.client, follower.cluster)
    await later.sync.begin([policy("new")])
    await later.see(policy("new"))
    later.counted += GONE_AFTER
    await later.see(policy("new"))
    assert await later.has("new")
