"""The sleeps that a real Temporal remembers, without any worker of the product."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import COST
from eventually import eventually
from ids import id_of
from payload_keys import connect_encrypted, write_key
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.worker import Worker

from activities.hibernation.starting import start_hibernation
from activities.hibernation.visibility import CLUSTER, POLICY, WORKLOAD_NAMESPACE
from operations.past.past_sleeps import PastSleeps, read_past_sleeps
from policies.annotations import PauseRecord
from policies.names import HIBERNATION
from policies.sleep.continuation import Continuation
from policies.sleep.ledger import Period, Slept
from policies.sleep.messages import Hibernation, HibernationResult
from policies.workload import WorkloadRef
from worker.temporal.attributes import register_attributes

pytestmark = pytest.mark.temporal

NAME = "sleeps"


@workflow.defn(name=HIBERNATION)
class Ended:
    """A hibernation that ends at once with the result it is given."""

    @workflow.run
    async def run(self, result: Any) -> Any:
        return result


def period() -> Period:
    now = datetime.now(UTC)
    return Period(since=now - timedelta(days=1), until=now + timedelta(minutes=5))


async def end_with(client: Client, name: str, result: Any) -> None:
    """A closed hibernation that left this."""
    await register_attributes(client)
    attributes = TypedSearchAttributes(
        [
            SearchAttributePair(CLUSTER, NAME),
            SearchAttributePair(WORKLOAD_NAMESPACE, name),
            SearchAttributePair(POLICY, "night"),
        ]
    )
    async with Worker(client, task_queue=f"ended-{name}", workflows=[Ended]):
        await client.execute_workflow(
            HIBERNATION,
            result,
            id=id_of(NAME, name, "web"),
            task_queue=f"ended-{name}",
            search_attributes=attributes,
        )


async def remembered(client: Client, namespace: str) -> PastSleeps:
    """What is remembered of a namespace, as soon as visibility shows anything."""
    return await eventually(
        lambda: read_past_sleeps(client, NAME, period(), namespace),
        lambda found: found.sleeps or found.unreadable,
        what="what is remembered",
    )


def result(**more: Any) -> dict[str, Any]:
    ref = {"namespace": "x", "name": "web", "uid": "u1"}
    return {"ref": ref, "outcome": "woken", "sentence": "its time has come", **more}


async def test_a_result_tells_each_of_its_sleeps(temporal_client: Client) -> None:
    start = datetime.now(UTC) - timedelta(hours=3)
    ref = WorkloadRef(namespace="x", name="web", uid="u1")
    sleep = Slept(ref=ref, policy="night", start=start, end=start + timedelta(hours=1), pause_id="p-1", cost=COST)
    await end_with(temporal_client, "whole", result(slept_seconds=3600, sleeps=[sleep.model_dump(mode="json")]))
    assert (await remembered(temporal_client, "whole")).sleeps == (sleep,)


async def test_one_that_never_slept_is_no_sleep(temporal_client: Client) -> None:
    await end_with(temporal_client, "none", result())
    await end_with(temporal_client, "odd", "not a result of ours")
    assert (await remembered(temporal_client, "odd")).unreadable == 1
    assert await read_past_sleeps(temporal_client, NAME, period(), "none") == PastSleeps()


async def test_a_key_that_was_removed_hides_only_what_it_encrypted(temporal: str, tmp_path: Path) -> None:
    start = datetime.now(UTC) - timedelta(hours=3)
    ref = WorkloadRef(namespace="keyed", name="web", uid="u1")
    sleep = Slept(ref=ref, policy="night", start=start, end=start + timedelta(hours=1), pause_id="p-1", cost=COST)
    for name in ("removed", "kept"):
        write_key(tmp_path / name, name)
        client = await connect_encrypted(temporal, tmp_path / name)
        await end_with(client, "keyed", result(slept_seconds=3600, sleeps=[sleep.model_dump(mode="json")]))
    found = await eventually(
        lambda: read_past_sleeps(client, NAME, period(), "keyed"),
        lambda told: told.sleeps and told.unreadable,
        what="both, of which one can be read",
    )
    assert (found.sleeps, found.unreadable) == ((sleep,), 1)


async def test_one_that_was_ended_slept_until_then(temporal_client: Client) -> None:
    await register_attributes(temporal_client)
    ref = WorkloadRef(namespace="ended", name="web", uid="u1")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    record = PauseRecord(pause_id="p-9", instance="me", policy="night", paused_at=start, original_replicas=3, cost=COST)
    await start_hibernation(temporal_client, Hibernation(cluster=NAME, instance="me", ref=ref, sleep=record))
    asleep = Slept(ref=ref, policy="night", start=start, pause_id="p-9", cost=COST, replicas=3)
    opened = await read_past_sleeps(temporal_client, NAME, period(), "ended")
    assert (opened.sleeps, opened.going_on, opened.unreadable) == ((), (asleep,), 0)
    assert [str(each.key) for each in opened.opened] == ["ended/web"]
    await temporal_client.get_workflow_handle(id_of(NAME, "ended", "web")).terminate()
    (sleep,) = (await remembered(temporal_client, "ended")).sleeps
    assert sleep.end is not None
    assert (sleep.pause_id, sleep.policy, sleep.start, sleep.cost) == ("p-9", "night", start, COST)
    assert (sleep.end - start).total_seconds() == pytest.approx(7200, abs=600)


async def test_one_that_goes_on_from_an_earlier_run_tells_the_sleeps_of_that_too(temporal_client: Client) -> None:
    ref = WorkloadRef(namespace="continued", name="web", uid="u1")
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    over = Slept(ref=ref, policy="night", start=start, end=start + timedelta(hours=1), pause_id="p-1", cost=COST)
    record = PauseRecord(pause_id="p-2", instance="me", policy="manual", paused_at=start, original_replicas=3)
    so_far = HibernationResult(ref=ref, outcome="", sentence="", sleeps=(over,))
    await register_attributes(temporal_client)
    await start_hibernation(
        temporal_client, Continuation(cluster=NAME, instance="me", ref=ref, sleep=record, so_far=so_far)
    )
    assert (await remembered(temporal_client, "continued")).sleeps == (over,)


async def test_of_one_that_began_with_its_present_sleep_nothing_is_read(temporal_client: Client) -> None:
    ref = WorkloadRef(namespace="first", name="web", uid="u1")
    over = Slept(ref=ref, policy="night", start=datetime.now(UTC), end=datetime.now(UTC), pause_id="p-1")
    so_far = HibernationResult(ref=ref, outcome="", sentence="", sleeps=(over,))
    record = PauseRecord(
        pause_id="q-1", instance="me", policy="night", paused_at=datetime.now(UTC), original_replicas=3
    )
    await register_attributes(temporal_client)
    await start_hibernation(
        temporal_client, Continuation(cluster=NAME, instance="me", ref=ref, sleep=record, so_far=so_far)
    )
    assert (await remembered(temporal_client, "first")).sleeps == (over,)
    present = Slept(ref=ref, policy="night", start=record.paused_at, pause_id="q-1")
    first = await read_past_sleeps(temporal_client, NAME, period(), "first", [present])
    assert (first.sleeps, first.going_on) == ((), ())
