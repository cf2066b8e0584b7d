"""Sleeps by the calendar, through the product's own workflows, in skipped time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy
from deployments import create_ready, deployment, wait_for
from hibernations import Bedroom, enforce
from ids import id_of

from policies.calendar.spread import delay_of
from policies.names import CHECK
from policies.policy.document import EnforcementPolicy
from policies.sleep.messages import Phase
from policies.times import from_rfc3339, tell_instant

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

HOUR = timedelta(hours=1)
NAMES = tuple(f"web-{number:02d}" for number in range(20))


def on_the_hour(hours: int) -> datetime:
    """So many hours from the last full one."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + hours * HOUR


def scheduled(begins: int, ends: int, keep: str = "", spread: str = "0s", **spec: Any) -> EnforcementPolicy:
    """A policy with one window a day, in hours from the last full one, and perhaps with today as an exception."""
    window = {"from": f"{on_the_hour(begins):%H:%M}", "to": f"{on_the_hour(ends):%H:%M}"}
    days = {"from": str((datetime.now(UTC) - 24 * HOUR).date()), "to": str((datetime.now(UTC) + 24 * HOUR).date())}
    schedule = {
        "timeZone": "UTC",
        "asleep": [window],
        "spread": spread,
        "exceptions": [days | {"keep": keep}] if keep else [],
    }
    return policy(schedule=schedule, minHourlyCost=None, cooldownWindow="1s", **spec)


async def sleepers(bedroom: Bedroom, *names: str) -> None:
    """Wait until these sleep."""
    for name in names:
        identity = id_of(bedroom.product.settings.cluster, bedroom.namespace, name)
        bedroom.handles.append(bedroom.environment.client.get_workflow_handle(identity))
        await bedroom.reach(bedroom.handles[-1], Phase.ASLEEP)


def under(bedroom: Bedroom, of: EnforcementPolicy) -> None:
    """Have this policy, over the test's own namespace, and no other one."""
    scope = of.spec.scope.model_copy(
        update={"namespaces": of.spec.scope.namespaces.model_copy(update={"include": (bedroom.namespace,)})}
    )
    bedroom.source.policies = (of.model_copy(update={"spec": of.spec.model_copy(update={"scope": scope})}),)


async def test_all_sleep_within_their_window_and_all_are_awake_when_it_ends(bedroom: Bedroom) -> None:
    create_ready(bedroom.objects, *(deployment(bedroom.namespace, name) for name in NAMES))
    await asyncio.sleep(1.2)
    under(bedroom, scheduled(-1, +6))
    handles = [await bedroom.start(name, window_end=on_the_hour(6)) for name in NAMES]
    statuses = [await bedroom.reach(handle, Phase.ASLEEP) for handle in handles]
    assert {status.resume_at for status in statuses} == {on_the_hour(6)}
    assert {bedroom.replicas(name) for name in NAMES} == {0}
    await asyncio.gather(*(bedroom.skip(handle, 6.5) for handle in handles))
    await asyncio.to_thread(wait_for, lambda: {bedroom.replicas(name) for name in NAMES} == {3}, what="all to wake")


async def test_outside_its_windows_a_run_looks_at_nothing_and_says_when_the_next_begins(bedroom: Bedroom) -> None:
    bedroom.deploy()
    under(bedroom, scheduled(+2, +4))
    result = await enforce(bedroom)
    begin = tell_instant(on_the_hour(2), "UTC", datetime.now(UTC))
    assert result.skipped.startswith(f"the policy wants nothing asleep before {begin}")
    assert bedroom.replicas() == 3


async def test_a_start_that_was_missed_is_caught_up_by_the_next_run(bedroom: Bedroom) -> None:
    bedroom.deploy()
    await asyncio.sleep(1.2)
    under(bedroom, scheduled(-3, +3))
    assert (await enforce(bedroom)).started == 1
    await sleepers(bedroom, "web")


async def test_wakes_are_spread_and_none_is_early(bedroom: Bedroom) -> None:
    bedroom.deploy()
    await asyncio.sleep(1.2)
    under(bedroom, scheduled(-1, +3, spread="30m"))
    delay = delay_of(bedroom.source.policies[0], bedroom.namespace, "web")
    assert (await enforce(bedroom)).started == 1
    await sleepers(bedroom, "web")
    assert (await bedroom.status(bedroom.handles[0])).resume_at == on_the_hour(3) + delay


async def test_another_end_of_the_window_moves_the_wake_of_those_already_asleep(bedroom: Bedroom) -> None:
    under(bedroom, scheduled(-1, +5))
    handle = await bedroom.put_to_sleep(window_end=on_the_hour(5))
    under(bedroom, scheduled(-1, +9))
    await handle.signal(CHECK)
    await asyncio.to_thread(
        wait_for, lambda: from_rfc3339(bedroom.annotations()["resume-at"]) == on_the_hour(9), what="the new wake time"
    )
    assert bedroom.replicas() == 0
    under(bedroom, scheduled(+11, +12))
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")


async def test_a_day_that_is_kept_awake_wakes_what_sleeps(bedroom: Bedroom) -> None:
    under(bedroom, scheduled(-1, +5))
    handle = await bedroom.put_to_sleep(window_end=on_the_hour(5))
    under(bedroom, scheduled(-1, +5, keep="Awake"))
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")


async def test_what_slept_long_enough_is_not_put_to_sleep_again_before_the_window_ends(bedroom: Bedroom) -> None:
    under(bedroom, scheduled(-1, +9, resumeAfter="2h"))
    handle = await bedroom.put_to_sleep(window_end=on_the_hour(9), resume_after=2 * HOUR)
    await bedroom.skip(handle, 2.1)
    await bedroom.reach(handle, Phase.COOLING, Phase.AWAKE)
    note = bedroom.annotations()
    assert (note["awake-because"], from_rfc3339(note["awake-until"])) == ("resume-after", on_the_hour(9))
    assert (await enforce(bedroom)).started == 0
