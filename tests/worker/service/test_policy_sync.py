"""Schedules follow the source of policies, on the real server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cases import policy
from eventually import eventually
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleHandle
from temporalio.service import RPCError

from activities.snapshot import Snapshot
from policies.names import policy_schedule_id
from policies.policy.document import EnforcementPolicy
from worker.service.policy_sync import COMPARED_EVERY, GONE_AFTER, PolicySync
from worker.temporal.attributes import register_attributes
from worker.temporal.schedule_states import read_states
from worker.temporal.schedules import list_scheduled, remove_schedule, try_schedule

pytestmark = pytest.mark.temporal


@dataclass
class Follower:
    """A sync of a cluster of its own, and the seconds it counts."""

    client: Client
    cluster: str = field(default_factory=lambda: f"sync-{uuid4().hex[:8]}")
    counted: float = 0.0
    reconciled: int = 0

    def __post_init__(self) -> None:
        year = timedelta(days=365)
        self.sync = PolicySync(self.client, self.cluster, year, lambda: self.counted, self.reconcile)

    async def reconcile(self) -> None:
        """Stands for the start of a reconciliation."""
        self.reconciled += 1

    async def see(self, *policies: EnforcementPolicy, complete: bool = True) -> None:
        """Follow a reading of the source."""
        await self.sync.follow(Snapshot(read_at=datetime.now(UTC), policies=policies, complete=complete))

    async def see_later(self, *policies: EnforcementPolicy) -> None:
        """The same, when all Schedules are compared again."""
        self.counted += COMPARED_EVERY
        await self.see(*policies)

    def handle(self, policy: str) -> ScheduleHandle:
        """The Schedule of a policy."""
        return self.client.get_schedule_handle(policy_schedule_id(self.cluster, policy))

    async def states(self, *policies: str) -> dict[str, str]:
        """How the Schedules of these policies stand."""
        return {seen.policy: seen.state for seen in await read_states(self.client, self.cluster, policies)}

    async def see_runs(self, policy: str, times: int) -> None:
        """Wait until its Schedule has started so many runs."""
        described = await eventually(
            self.handle(policy).describe, lambda found: found.info.num_actions >= times, what=f"{times} runs"
        )
        assert described.info.num_actions == times

    async def end_runs(self, policy: str) -> None:
        """No worker is there that would."""
        for run in (await self.handle(policy).describe()).info.running_actions:
            assert isinstance(run, ScheduleActionExecutionStartWorkflow)
            await self.client.get_workflow_handle(run.workflow_id).terminate()

    async def see_scheduled(self, *names: str) -> None:
        """Wait until these are the policies with a Schedule: the server's list may be a moment behind."""
        await eventually(self._scheduled, lambda found: found == set(names), what=f"Schedules of {names}")

    async def trials(self) -> list[str]:
        """The Schedules that only try whether a policy's times are accepted."""
        return [each.id async for each in await self.client.list_schedules() if each.id.startswith("trial/")]

    async def _scheduled(self) -> set[str]:
        return {name async for name in list_scheduled(self.client, self.cluster)}


@pytest.fixture
async def follower(client: Client) -> AsyncIterator[Follower]:
    await register_attributes(client)
    made = Follower(client)
    yield made
    async for name in list_scheduled(client, made.cluster):
        await remove_schedule(client, made.cluster, name)


async def test_a_new_policy_has_a_schedule_and_a_gone_one_loses_it_after_a_while(follower: Follower) -> None:
    await follower.see(policy("a"), policy("b"))
    await follower.see_scheduled("a", "b")
    await follower.see(policy("b"))
    await follower.see_scheduled("a", "b")
    follower.counted += GONE_AFTER
    await follower.see(policy("b"))
    await follower.see_scheduled("b")


async def test_a_policy_that_went_is_missed_by_two_reconciliations_within_little_more_than_a_minute(
    follower: Follower,
) -> None:
    """Two of them that miss it give back whom it left asleep, and nobody waits ten minutes for that."""
    await follower.see(policy("a"))
    asked = []
    for seconds in (0, 0, 2, GONE_AFTER - 2, 2, 2):
        follower.counted += seconds
        await follower.see()
        asked.append(follower.reconciled)
    assert asked == [1, 2, 2, 2, 3, 3]
    await follower.see_scheduled()


async def test_a_policy_that_is_there_again_keeps_its_schedule(follower: Follower) -> None:
    await follower.see(policy("a"))
    await follower.see()
    follower.counted += GONE_AFTER / 2
    await follower.see(policy("a"))
    follower.counted += GONE_AFTER
    await follower.see(policy("a"))
    await follower.see_scheduled("a")


async def test_a_source_that_cannot_be_read_takes_no_schedule_away(follower: Follower) -> None:
    await follower.see(policy("a"))
    await follower.see(complete=False)
    follower.counted += GONE_AFTER
    await follower.see(complete=False)
    await follower.see_scheduled("a")


async def test_what_went_while_no_worker_was_up_loses_its_schedule_too(follower: Follower) -> None:
    await follower.see(policy("old"), policy("new"))
    await follower.see_scheduled("old", "new")
    later = Follower(follower.client, follower.cluster)
    await later.sync.begin([policy("new")])
    await later.see(policy("new"))
    later.counted += GONE_AFTER
    await later.see(policy("new"))
    await later.see_scheduled("new")


async def test_a_schedule_that_somebody_deleted_is_put_again(follower: Follower) -> None:
    await follower.see(policy("a"), policy("b"))
    await follower.handle("a").delete()
    await follower.see_later(policy("a"), policy("b"))
    assert await follower.states("a", "b") == {"a": "runs", "b": "runs", "": "missing"}


NIGHTS = {"timeZone": "UTC", "asleep": [{"from": "Mon 20:00", "to": "22:00"}]}


async def test_a_schedule_that_somebody_paused_stays_so_whatever_happens_and_is_told(
    follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    await follower.see(policy("a"))
    await follower.see_runs("a", 1)
    await follower.handle("a").pause(note="anna: not this week")
    await follower.see_later(policy("a"))
    await follower.see_later(policy("a", minHourlyCost=0.5))
    await follower.see_later(policy("a", schedule=NIGHTS))
    assert await follower.states("a") == {"a": "paused", "": "missing"}
    assert (await follower.handle("a").describe()).info.num_actions == 1
    assert caplog.text.count("is paused (anna: not this week)") == 1
    restarted = Follower(follower.client, follower.cluster)
    await restarted.sync.begin([policy("a")])
    assert await restarted.states("a") == {"a": "paused", "": "missing"}


@pytest.mark.parametrize("change", [{"minHourlyCost": 0.5}, {"mode": "DryRun"}], ids=["of a check", "of the Schedule"])
async def test_a_changed_policy_runs_at_once_as_a_new_one_does(follower: Follower, change: dict[str, Any]) -> None:
    await follower.see(policy("a"))
    await follower.see_runs("a", 1)
    await follower.end_runs("a")
    await follower.see(policy("a", **change))
    await follower.see_runs("a", 2)


def only_python_knows(name: str) -> EnforcementPolicy:
    """A policy in a time zone that no Temporal has heard of."""
    known = policy(name, schedule=NIGHTS)
    schedule = known.spec.schedule
    assert schedule is not None
    spec = known.spec.model_copy(update={"schedule": schedule.model_copy(update={"time_zone": "Mars/Olympus"})})
    return known.model_copy(update={"spec": spec})


async def test_a_policy_that_temporal_refuses_harms_no_other_and_is_told_once(
    follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    policies = (only_python_knows("odd"), policy("fine"))
    await follower.sync.begin(policies)
    for _ in range(3):
        await follower.see_later(*policies)
    assert await follower.states("odd", "fine") == {"odd": "missing", "fine": "runs", "": "missing"}
    assert list(follower.sync.failed) == ["odd"]
    assert caplog.text.count("policy odd pauses nothing, because Temporal does not take its Schedule") == 1
    await follower.see(policy("odd"), policy("fine"))
    assert not follower.sync.failed
    await follower.see_scheduled("odd", "fine")


async def test_one_that_was_refused_and_deleted_is_told_of_again_when_it_is_back(
    follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    await follower.sync.begin((only_python_knows("back"),))
    for seconds in (0, GONE_AFTER):
        follower.counted += seconds
        await follower.see()
    await follower.see(only_python_knows("back"))
    assert caplog.text.count("policy back pauses nothing") == 2


async def test_the_times_of_a_policy_can_be_tried_without_a_trace(follower: Follower) -> None:
    with pytest.raises(RPCError, match="time zone"):
        await try_schedule(follower.client, follower.cluster, only_python_knows("odd"))
    await try_schedule(follower.client, follower.cluster, policy("fine"))
    await eventually(follower.trials, lambda found: not found, what="the list, which is a moment behind")
