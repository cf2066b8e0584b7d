"""The ways in which a hibernation begins other than with a pause."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from deployments import wait_for
from hibernations import Bedroom, Handle
from orders import pause_order

from policies.annotations import PREFIX, Because, WakeNote, read_pause
from policies.names import MANUAL, PAUSE
from policies.sleep.messages import Hibernation, HibernationStatus, ManualPause, Phase
from policies.workload import observe

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def adopted(bedroom: Bedroom) -> Handle:
    """A sleeper whose workflow was lost, and the one that takes it over."""
    await (await bedroom.put_to_sleep()).terminate()
    bedroom.handles.clear()
    sleeper = bedroom.read()
    return await bedroom.begin(
        Hibernation(
            cluster=bedroom.product.settings.cluster,
            instance="me",
            ref=sleeper.ref,
            sleep=read_pause(sleeper.annotations),
            revision=sleeper.revision,
        )
    )


async def kept_awake(bedroom: Bedroom, length: timedelta) -> Handle:
    """Never paused: somebody wants it awake."""
    bedroom.deploy()
    now = datetime.now(UTC).replace(microsecond=0)
    return await bedroom.begin(
        Hibernation(
            cluster=bedroom.product.settings.cluster,
            instance="me",
            ref=bedroom.read().ref,
            awake=WakeNote(resumed_at=now, awake_until=now + length, because=Because.KEEP_AWAKE),
        )
    )


async def test_an_adopted_sleeper_wakes_at_its_time_and_its_count(bedroom: Bedroom) -> None:
    handle = await adopted(bedroom)
    await bedroom.reach(handle, Phase.ASLEEP)
    await bedroom.skip(handle, 10.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_one_that_is_kept_awake_says_so_and_ends_when_the_time_is_over(bedroom: Bedroom) -> None:
    handle = await kept_awake(bedroom, timedelta(hours=2))
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations().get("awake-because") == "keep-awake")
    await bedroom.skip(handle, 2.1)
    assert (await handle.result()).outcome == "kept awake"
    assert bedroom.replicas() == 3


async def test_one_that_is_kept_awake_is_paused_again_by_hand(bedroom: Bedroom) -> None:
    handle = await kept_awake(bedroom, timedelta(hours=20))
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations().get("awake-because") == "keep-awake")
    now = datetime.now(UTC)
    order = pause_order(
        seen=observe(bedroom.read(), PREFIX),
        policy=MANUAL,
        not_after=now + timedelta(minutes=10),
        window_end=now + timedelta(hours=5),
    )
    status = await handle.execute_update(PAUSE, ManualPause(order=order, by="anna"), result_type=HibernationStatus)
    assert status.phase is Phase.ASLEEP
    assert bedroom.replicas() == 0
    await bedroom.skip(handle, 5.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3
