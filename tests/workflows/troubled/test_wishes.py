"""A person's wish ends every wait: it is acted on at once, and not at the next try."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from deployments import wait_for
from eventually import eventually
from hibernations import Handle
from temporalio.api.enums.v1 import EventType
from troubles import Trouble

from policies.names import CHECK, REACTIVATE
from policies.sleep.messages import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

TIMER_CANCELED = EventType.EVENT_TYPE_TIMER_CANCELED
READ_CANCELED = EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED


async def kinds(handle: Handle) -> list[int]:
    """Of all that has happened."""
    return [event.event_type async for event in handle.fetch_history_events()]


async def attempts(handle: Handle, number: int) -> None:
    """Wait until the read under way is at this attempt."""

    async def attempt() -> int:
        pending = (await handle.describe()).raw_description.pending_activities
        return pending[0].attempt if pending else 0

    await eventually(attempt, lambda seen: seen >= number, what=f"attempt {number} to read")


async def happened(handle: Handle, kind: EventType.ValueType, times: int) -> None:
    await eventually(
        lambda: kinds(handle), lambda seen: seen.count(kind) >= times, what=f"{EventType.Name(kind)} {times} times"
    )


async def the_look_at_its_time_while_the_api_server_is_away(trouble: Trouble) -> Handle:
    handle = await trouble.bedroom.put_to_sleep(resume_after=timedelta(hours=1))
    trouble.cut_off("GET", "PATCH")
    await trouble.bedroom.skip(handle, 1.0001)
    await attempts(handle, 4)
    return handle


async def the_back_off_of_a_wake(trouble: Trouble) -> Handle:
    handle = await trouble.bedroom.put_to_sleep()
    trouble.begins(trouble.bedroom.scaling_refused())
    await trouble.bedroom.skip(handle, 10.5)
    await trouble.bedroom.reach(handle, Phase.RESUME_FAILING)
    return handle


async def the_back_off_of_a_record(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.bedroom.annotate(**{key.replace("-", "_"): None for key in trouble.bedroom.annotations()})
    trouble.freeze()
    await handle.signal(CHECK)
    await trouble.bedroom.skip(handle, 1)
    return handle


async def the_reads_amid_a_wake(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.cut_off("GET")
    await handle.signal(REACTIVATE)
    await trouble.bedroom.reach(handle, Phase.RESUME_FAILING)
    await attempts(handle, 3)
    return handle


@pytest.mark.each_case
@pytest.mark.parametrize(
    ("wait", "ended"),
    [
        (the_look_at_its_time_while_the_api_server_is_away, READ_CANCELED),
        (the_back_off_of_a_wake, TIMER_CANCELED),
        (the_back_off_of_a_record, TIMER_CANCELED),
        (the_reads_amid_a_wake, READ_CANCELED),
    ],
    ids=["look at its time", "back-off of a wake", "back-off of a record", "reads amid a wake"],
)
async def test_a_wish_ends(
    trouble: Trouble, wait: Callable[[Trouble], Awaitable[Handle]], ended: EventType.ValueType
) -> None:
    handle = await wait(trouble)
    trouble.end()
    before = await kinds(handle)
    assert before[-1] != ended
    await trouble.ask(handle)
    await happened(handle, ended, before.count(ended) + 1)
    await asyncio.to_thread(wait_for, lambda: trouble.bedroom.replicas() == 3, what="the wake")


async def test_a_wish_ends_the_wait_for_one_that_is_not_there(trouble: Trouble) -> None:
    handle = await trouble.put_to_sleep()
    trouble.bedroom.objects.delete(f"/apis/apps/v1/namespaces/{trouble.bedroom.namespace}/deployments/web")
    await handle.signal(CHECK)
    await happened(handle, EventType.EVENT_TYPE_TIMER_STARTED, 2)
    await trouble.ask(handle)
    await happened(handle, TIMER_CANCELED, 2)
    await happened(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, 3)


async def test_a_pause_whose_worker_died_over_it_is_found_asleep(trouble: Trouble) -> None:
    trouble.bedroom.deploy()
    trouble.kill_worker()
    handle = await trouble.bedroom.start()
    await happened(handle, EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, 1)
    await trouble.bedroom.reach(handle, Phase.ASLEEP)
    await trouble.ask(handle)
    await asyncio.to_thread(wait_for, lambda: trouble.bedroom.replicas() == 3, what="the wake")
