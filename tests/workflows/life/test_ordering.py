"""Order among wakes and sleeps, through the product's own workflows in front of the real control plane."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from cases import policy
from deployments import create_ready, deployment, wait_for
from eventually import eventually
from hibernations import Bedroom, enforce
from ids import id_of

from policies.names import REACTIVATE
from policies.sleep.messages import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NEVER_READY = {"minReadySeconds": 86_400, "progressDeadlineSeconds": 86_401}
"""Its pods run, and are not available for a day."""


async def is_awake(bedroom: Bedroom, name: str) -> None:
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas(name) == 3, what=f"the wake of {name}")


def create_unready(bedroom: Bedroom, name: str) -> None:
    """A Deployment that takes a day to become available."""
    wanted = deployment(bedroom.namespace, name)
    wanted["spec"] |= NEVER_READY
    bedroom.objects.create_all([wanted])


async def put_to_sleep_after(bedroom: Bedroom, *targets: str) -> Any:
    """`web`, which waits for these when it wakes."""
    handle = await bedroom.put_to_sleep("web")
    bedroom.annotate("web", wake_after=",".join(f"{bedroom.namespace}/{target}" for target in targets))
    return handle


async def test_it_waits_until_its_target_is_available(bedroom: Bedroom) -> None:
    create_unready(bedroom, "db")
    handle = await put_to_sleep_after(bedroom, "db")
    await bedroom.skip(handle, 10.005)
    status = await eventually(lambda: bedroom.status(handle), lambda seen: seen.trouble, what="a trouble")
    assert "db has no pod that is available yet" in status.trouble
    assert bedroom.replicas("web") == 0
    bedroom.patch({"spec": {"minReadySeconds": 0}}, "db")
    await is_awake(bedroom, "web")


@pytest.mark.thorough
async def test_a_target_that_never_comes_up_holds_it_back_for_ten_minutes_at_most(bedroom: Bedroom) -> None:
    create_unready(bedroom, "db")
    handle = await put_to_sleep_after(bedroom, "db")
    await bedroom.skip(handle, 10 + 11 / 60)
    await is_awake(bedroom, "web")


async def test_a_target_that_sleeps_until_the_same_hour_comes_first(bedroom: Bedroom) -> None:
    target = await bedroom.put_to_sleep("db")
    handle = await put_to_sleep_after(bedroom, "db")
    await bedroom.skip(handle, 10.005)
    assert bedroom.replicas("web") == 0
    await bedroom.skip(target, 10.005)
    await is_awake(bedroom, "db")
    await is_awake(bedroom, "web")


@pytest.mark.parametrize("written", ["{0}/nowhere", "{0}/web", "who knows?"])
async def test_what_cannot_be_waited_for_holds_nobody_back(bedroom: Bedroom, written: str) -> None:
    handle = await bedroom.put_to_sleep("web")
    bedroom.annotate("web", wake_after=written.format(bedroom.namespace))
    await bedroom.skip(handle, 10.001)
    await is_awake(bedroom, "web")


async def test_two_that_wait_for_each_other_wait_for_nobody(bedroom: Bedroom) -> None:
    first = await put_to_sleep_after(bedroom, "api")
    second = await bedroom.put_to_sleep("api")
    bedroom.annotate("api", wake_after=f"{bedroom.namespace}/web")
    await bedroom.skip(first, 10.001)
    await is_awake(bedroom, "web")
    await bedroom.skip(second, 10.001)
    await is_awake(bedroom, "api")


async def test_a_person_does_not_wait(bedroom: Bedroom) -> None:
    create_unready(bedroom, "db")
    handle = await put_to_sleep_after(bedroom, "db")
    await bedroom.skip(handle, 10.005)
    await handle.signal(REACTIVATE)
    await is_awake(bedroom, "web")


async def test_what_others_wait_for_goes_down_after_them(bedroom: Bedroom) -> None:
    bedroom.deploy("web")
    bedroom.deploy("db")
    web = bedroom.read()
    handle = await bedroom.start("db", after=(web.ref,))
    for _ in range(20):
        assert (await bedroom.status(handle)).phase == Phase.PAUSING
        await asyncio.sleep(0.05)
    assert bedroom.replicas("db") == 3
    bedroom.scale(0, "web")
    await bedroom.skip(handle, 0.01)
    await bedroom.reach(handle, Phase.ASLEEP)


async def test_a_run_puts_them_to_sleep_in_order(bedroom: Bedroom) -> None:
    after = {"finops.io/wake-after": f"{bedroom.namespace}/db"}
    create_ready(
        bedroom.objects, deployment(bedroom.namespace, "db"), deployment(bedroom.namespace, "web", annotations=after)
    )
    await asyncio.sleep(1.2)
    bedroom.source.policies = (
        policy(
            scope={"namespaces": {"include": [bedroom.namespace]}},
            minHourlyCost=0.001,
            resumeAfter="10h",
            cooldownWindow="1s",
        ),
    )
    assert (await enforce(bedroom)).started == 2
    cluster = bedroom.product.settings.cluster
    zeros: dict[str, list[str]] = {}
    for name in ("web", "db"):
        handle = bedroom.environment.client.get_workflow_handle(id_of(cluster, bedroom.namespace, name))
        bedroom.handles.append(handle)
        if name == "db":
            await bedroom.skip(handle, timedelta(seconds=20) / timedelta(hours=1))
        await bedroom.reach(handle, Phase.ASLEEP)
        async for event in handle.fetch_history_events():
            scheduled = event.activity_task_scheduled_event_attributes
            if scheduled.activity_type.name in {"send_pause", "look_who_is_up"}:
                zeros.setdefault(name, []).append(scheduled.activity_type.name)
    assert set(zeros["web"]) == {"send_pause"}
    assert zeros["db"][0] == "look_who_is_up"
    assert zeros["db"][-1] == "send_pause"
