"""Courses that a hibernation takes seldom: a sleep without an end, a pause of what sleeps, a delete amid a wake."""

from datetime import UTC, datetime, timedelta

import pytest
from cases import policy
from deployments import path_of
from hibernations import Bedroom
from orders import pause_order

from policies.annotations import PREFIX
from policies.names import MANUAL, PAUSE, REACTIVATE
from policies.sleep.messages import HibernationStatus, ManualPause, Phase
from policies.times import from_rfc3339
from policies.workload import observe

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

A_MONTH = 31 * 24


async def test_a_sleep_without_an_end_lasts_until_somebody_wakes_it(bedroom: Bedroom) -> None:
    bedroom.source.policies = (policy(),)
    handle = await bedroom.put_to_sleep(resume_after=None)
    assert "resume-at" not in bedroom.annotations()
    await bedroom.skip(handle, A_MONTH)
    assert (await bedroom.status(handle)).phase is Phase.ASLEEP
    assert bedroom.replicas() == 0
    await handle.signal(REACTIVATE, {"by": "anna"})
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_workload_that_is_deleted_after_its_wake_was_refused_ends_it(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    with bedroom.scaling_refused():
        await handle.signal(REACTIVATE, {"by": "anna"})
        await bedroom.reach(handle, Phase.RESUME_FAILING)
    bedroom.objects.delete(path_of(bedroom.namespace, "web"))
    await bedroom.skip(handle, 1)
    result = await handle.result()
    assert result.outcome == "gone"
    assert "deleted" in result.sentence


async def test_a_pause_by_hand_of_what_sleeps_lets_it_sleep_longer(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    end = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    order = pause_order(seen=observe(bedroom.read(), PREFIX), policy=MANUAL, not_after=end, window_end=end)
    status = await handle.execute_update(PAUSE, ManualPause(order=order, by="anna"), result_type=HibernationStatus)
    assert status.phase is Phase.ASLEEP
    assert from_rfc3339(bedroom.annotations()["resume-at"]) == end
    assert bedroom.replicas() == 0
