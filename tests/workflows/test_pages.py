"""What a hibernation shows in Temporal's UI: true for all of its life, and who woke it and why once it is awake."""

from datetime import UTC, datetime, timedelta

import pytest
from eventually import eventually
from hibernations import Bedroom, Handle
from temporalio.api.sdk.v1 import WorkflowMetadata

from policies.annotations import Because, WakeNote
from policies.names import KEEP_AWAKE, REACTIVATE
from policies.sleep.messages import Hibernation, HibernationStatus, Phase, Until

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

ANNA = {"by": "anna@laptop", "reason": "for the demo"}


async def current_details(handle: Handle) -> str:
    """As the UI asks for them."""
    answer = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert isinstance(answer, WorkflowMetadata)
    return answer.current_details


async def test_while_it_sleeps_the_page_says_until_when_on_the_clocks_of_its_policy(bedroom: Bedroom) -> None:
    window_end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    handle = await bedroom.put_to_sleep(window_end=window_end, zone="Asia/Tokyo")
    page = await current_details(handle)
    wall = (window_end + timedelta(hours=9)).strftime("%a %d %b %Y %H:%M JST")
    assert f"- Asleep until: **{wall}**" in page
    assert "send the signal `reactivate`" in page
    await handle.signal(REACTIVATE)


async def test_after_a_wake_the_page_says_who_and_why_and_nothing_of_the_sleep(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE, ANNA)
    await bedroom.reach(handle, Phase.AWAKE)
    page = await current_details(handle)
    assert page.startswith(f"## Awake: {bedroom.namespace}/web")
    assert "- Why: woken by anna@laptop: for the demo" in page
    assert "- Not paused again before: **" in page
    assert "reactivate" not in page
    assert (await bedroom.status(handle)).awake_sentence == "woken by anna@laptop: for the demo"


async def test_who_keeps_it_awake_takes_the_place_of_who_woke_it(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE, ANNA)
    await bedroom.reach(handle, Phase.AWAKE)
    later = Until(until=datetime.now(UTC) + timedelta(days=2), by="bob@desk")
    await handle.execute_update(KEEP_AWAKE, later, result_type=HibernationStatus)
    assert "- Why: kept awake by bob@desk\n" in await current_details(handle)


async def test_one_that_is_only_kept_awake_says_by_whom(bedroom: Bedroom) -> None:
    bedroom.deploy()
    now = datetime.now(UTC).replace(microsecond=0)
    handle = await bedroom.begin(
        Hibernation(
            cluster=bedroom.product.settings.cluster,
            instance="me",
            ref=bedroom.read().ref,
            awake=WakeNote(resumed_at=now, awake_until=now + timedelta(hours=4), because=Because.KEEP_AWAKE),
            kept="kept awake by bob@desk",
        )
    )
    await bedroom.reach(handle, Phase.AWAKE)
    page = await eventually(lambda: current_details(handle), lambda text: "Not paused" in text, what="its page")
    assert "- Why: kept awake by bob@desk" in page


async def test_what_cannot_be_changed_any_more_is_true_for_all_of_its_life(bedroom: Bedroom) -> None:
    """Temporal keeps the summary and the details of a start as they are, whatever becomes of the workload."""
    handle = await bedroom.put_to_sleep()
    described = await handle.describe()
    summary, details = await described.static_summary(), await described.static_details()
    assert summary == f"{bedroom.namespace}/web: policy idle-dev, saves 0.1000 USD an hour while asleep"
    assert details is not None
    assert "Replicas before: **3**" in details
    assert "see Current Details" in details
    for claim in ("asleep under", "wakes by itself", "reactivate"):
        assert claim not in details
    await handle.signal(REACTIVATE)
