"""Who wins where somebody else scales a sleeper: an HPA that wrote over our zero never, Git and people always."""

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audits import requests
from cases import policy
from deployments import deployment, path_of, wait_for
from hibernations import Bedroom
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from activities.snapshot import Hold
from localcluster import LocalCluster
from policies.names import CHECK, REACTIVATE
from policies.sleep.messages import HibernationResult, Phase
from policies.times import from_rfc3339

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

FIRST_LOOK = 0.02
"""Hours: a little more than the minute after which a sleep under an HPA is looked at."""
Handle = WorkflowHandle[Any, HibernationResult]


async def overwritten(bedroom: Bedroom, handle: Handle, count: int) -> None:
    """An HPA writes the count it computed before our zero, and the minute passes."""
    await asyncio.to_thread(bedroom.scaled_and_seen, count)
    await bedroom.skip(handle, FIRST_LOOK)


async def overwritten_twice(bedroom: Bedroom, handle: Handle) -> None:
    """Twice an HPA overwrites our zero, and twice it is put to sleep again."""
    for count in (5, 4):
        before = bedroom.annotations()["pause-id"]
        await overwritten(bedroom, handle, count)
        await asleep_again(bedroom, before)


async def asleep_again(bedroom: Bedroom, pause_id: str) -> None:
    """Wait until another pause has put it to sleep."""
    await asyncio.to_thread(
        wait_for,
        lambda: bedroom.replicas() == 0 and bedroom.annotations()["pause-id"] != pause_id,
        what="a new pause",
    )


def told(caplog: pytest.LogCaptureFixture, bedroom: Bedroom) -> list[str]:
    """The alerts of kind contested about this test's workload."""
    workload = f"{bedroom.namespace}/web"
    return [
        record.getMessage()
        for record in caplog.records
        if getattr(record, "alert", "") == "contested" and getattr(record, "workload", "") == workload
    ]


def apply(bedroom: Bedroom, manager: str, replicas: int) -> None:
    """A server-side apply of the whole manifest, as Argo CD and Flux do it."""
    query = f"fieldManager={manager}&force=true"
    bedroom.objects.request(
        "PATCH",
        f"{path_of(bedroom.namespace, 'web')}?{query}",
        deployment(bedroom.namespace, "web", replicas=replicas),
        content_type="application/apply-patch+yaml",
    )


async def test_what_an_hpa_overwrote_once_is_put_to_sleep_again_and_woken_at_the_count_it_had_last(
    bedroom: Bedroom, cluster: LocalCluster
) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    first = bedroom.annotations()["pause-id"]
    await overwritten(bedroom, handle, 5)
    await asleep_again(bedroom, first)
    assert bedroom.annotations()["original-replicas"] == "5"
    await bedroom.skip(handle, FIRST_LOOK)
    assert bedroom.replicas() == 0
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 5
    assert requests(cluster, bedroom.namespace)["list horizontalpodautoscalers"] == 1
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert (result.outcome, len(result.reasserts)) == ("woken", 1)


async def test_what_an_hpa_overwrites_a_third_time_is_contested_and_stays_awake_for_a_day(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    await overwritten_twice(bedroom, handle)
    assert told(caplog, bedroom) == []
    await overwritten(bedroom, handle, 6)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 6
    note = bedroom.annotations()
    assert set(note) == {"resumed-at", "awake-until", "awake-because"}
    assert note["awake-because"] == "contested"
    assert from_rfc3339(note["awake-until"]) - from_rfc3339(note["resumed-at"]) == timedelta(hours=24)
    assert len(told(caplog, bedroom)) == 1
    await bedroom.skip(handle, 23)
    assert (await bedroom.status(handle)).phase is Phase.AWAKE
    await bedroom.skip(handle, 1.1)
    result = await handle.result()
    assert (result.outcome, len(result.reasserts)) == ("contested", 2)
    assert len(told(caplog, bedroom)) == 1


async def test_earlier_hibernations_of_a_workload_count_for_the_contest_too(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    earlier = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    await overwritten_twice(bedroom, earlier)
    await earlier.signal(REACTIVATE)
    await bedroom.reach(earlier, Phase.AWAKE)
    await bedroom.skip(earlier, 0.6)
    assert len((await earlier.result()).reasserts) == 2
    bedroom.annotate(resumed_at=None, awake_until=None, awake_because=None)  # of skipped time, so yet to come
    handle = await bedroom.put_to_sleep(autoscaled=True)
    await overwritten(bedroom, handle, 5)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 5
    assert bedroom.annotations()["awake-because"] == "contested"
    assert len(told(caplog, bedroom)) == 1


@pytest.mark.parametrize(
    ("manager", "git_ops"),
    [("kubectl", "Decline"), ("helm", "Decline"), ("kustomize-controller", "Pause"), ("argocd-controller", "Pause")],
)
async def test_a_zero_that_a_manifest_asks_for_is_a_choice_and_stays(
    bedroom: Bedroom, manager: str, git_ops: str
) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.source.policies = (policy(resumeAfter="10h", gitOps=git_ops),)
    apply(bedroom, manager, replicas=0)
    await bedroom.skip(handle, 11)
    result = await handle.result()
    assert (result.outcome, result.sentence) == ("taken over", f"{manager} wants it at zero")
    assert bedroom.replicas() == 0
    assert set(bedroom.annotations()) == {"resumed-at", "awake-until", "awake-because"}


async def raised_soon(bedroom: Bedroom) -> HibernationResult:
    """A sleep in which somebody puts the count up again at once, as an operator does that knows nothing of it."""
    handle = await bedroom.put_to_sleep()
    bedroom.scale(3)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    await bedroom.skip(handle, 24.1)
    return await handle.result()


async def test_a_count_that_is_raised_within_minutes_in_two_sleeps_running_is_contested_whoever_did_it(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    first = await raised_soon(bedroom)
    assert (first.outcome, told(caplog, bedroom)) == ("woken by someone", [])
    bedroom.annotate(resumed_at=None, awake_until=None, awake_because=None)  # of skipped time, so yet to come
    second = await raised_soon(bedroom)
    assert second.outcome == "contested"
    assert bedroom.annotations()["awake-because"] == "contested"
    assert len(told(caplog, bedroom)) == 1


async def test_a_sleep_that_lasted_in_between_makes_it_no_contest(bedroom: Bedroom) -> None:
    assert (await raised_soon(bedroom)).outcome == "woken by someone"
    bedroom.annotate(resumed_at=None, awake_until=None, awake_because=None)
    handle = await bedroom.put_to_sleep()
    await bedroom.skip(handle, 11)
    assert (await handle.result()).outcome == "woken"
    bedroom.annotate(resumed_at=None, awake_until=None, awake_because=None)
    assert (await raised_soon(bedroom)).outcome == "woken by someone"


async def test_a_check_within_the_first_minute_finds_what_an_hpa_overwrote(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    first = bedroom.annotations()["pause-id"]
    await asyncio.to_thread(bedroom.scaled_and_seen, 5)
    await handle.signal(CHECK)
    await asleep_again(bedroom, first)


async def test_after_the_first_minute_a_count_inside_the_bounds_is_somebodys_choice(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    await bedroom.skip(handle, FIRST_LOOK)
    await asyncio.to_thread(bedroom.scaled_and_seen, 5)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 5
    assert bedroom.annotations()["awake-because"] == "person"


@pytest.mark.parametrize("count", [1, 7], ids=["below", "above"])
async def test_a_count_outside_the_bounds_of_its_hpa_is_somebodys_choice(bedroom: Bedroom, count: int) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    await asyncio.to_thread(bedroom.scaled_and_seen, count)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert "paused" not in bedroom.annotations()
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("woken by someone", 3)
    assert result.sentence == f"somebody raised its replica count to {count}"


async def test_a_deploy_with_a_count_of_its_own_is_no_hpas_doing(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    container = {"name": "main", "image": "example/app:2", "resources": {"requests": {"cpu": "100m"}}}
    bedroom.patch({"spec": {"replicas": 4, "template": {"spec": {"containers": [container]}}}})
    await asyncio.to_thread(wait_for, bedroom.is_observed)
    await bedroom.skip(handle, FIRST_LOOK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 4


async def test_a_hold_that_came_meanwhile_leaves_what_the_hpa_overwrote_running(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    bedroom.source.hold = Hold(by="anna", since=datetime.now(UTC))
    await overwritten(bedroom, handle, 5)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 5
    assert "paused" not in bedroom.annotations()


async def test_a_reassert_that_is_refused_leaves_the_workload_running_without_a_record(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(2, 6)
    await asyncio.to_thread(bedroom.scaled_and_seen, 5)
    with bedroom.scaling_refused():
        await handle.signal(CHECK)
        await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 5
    assert set(bedroom.annotations()) == {"resumed-at", "awake-until", "awake-because"}
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert result.outcome == "woken by someone"
    assert "was not paused again" in result.sentence


async def test_a_sleep_without_an_hpa_is_not_looked_at(bedroom: Bedroom, cluster: LocalCluster) -> None:
    async def steps() -> Counter[str]:
        return Counter([EventType.Name(event.event_type) async for event in handle.fetch_history_events()])

    handle = await bedroom.put_to_sleep()
    pausing = (await steps())["EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"]
    await bedroom.skip(handle, 1)
    asleep = await steps()
    assert asleep["EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"] == pausing
    assert asleep["EVENT_TYPE_TIMER_STARTED"] == 1
    assert requests(cluster, bedroom.namespace)["list horizontalpodautoscalers"] == 0


@pytest.mark.parametrize(
    ("manager", "subresource", "named"),
    [
        ("kubectl-client-side-apply", "", "kubectl-client-side-apply"),
        ("kubectl-edit", "", "kubectl-edit"),
        ("kubectl", "/scale", "somebody"),
    ],
    ids=["apply", "edit", "scale, which leaves no owner"],
)
async def test_who_raised_the_count_is_named_where_it_can_be_known(
    bedroom: Bedroom, manager: str, subresource: str, named: str
) -> None:
    handle = await bedroom.put_to_sleep()
    path = path_of(bedroom.namespace, "web") + subresource
    bedroom.objects.patch(path, {"spec": {"replicas": 7}}, fieldManager=manager)
    await handle.signal(CHECK)
    status = await bedroom.reach(handle, Phase.AWAKE)
    assert status.awake_because == "person"
    assert bedroom.replicas() == 7
    assert set(bedroom.annotations()) == {"resumed-at", "awake-until", "awake-because"}
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("woken by someone", 3)
    assert result.sentence == f"{named} raised its replica count to 7"


async def test_a_replaced_manifest_takes_the_workload_over(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    path = path_of(bedroom.namespace, "web")
    bedroom.objects.request(
        "PUT", f"{path}?fieldManager=kubectl-replace", deployment(bedroom.namespace, "web", replicas=2)
    )
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 2
    assert bedroom.annotations()["awake-because"] == "person"
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("taken over", 3)
    assert result.sentence.startswith("kubectl-replace raised its replica count to 2")


async def test_a_sleep_that_argo_cd_reverts_is_contested_at_once_and_the_rule_to_configure_is_told(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    bedroom.source.policies = (policy(resumeAfter="10h", gitOps="Pause"),)
    handle = await bedroom.put_to_sleep()
    apply(bedroom, "argocd-controller", 3)
    await handle.signal(CHECK)
    status = await bedroom.reach(handle, Phase.AWAKE)
    assert status.awake_because == "contested"
    note = bedroom.annotations()
    assert from_rfc3339(note["awake-until"]) - from_rfc3339(note["resumed-at"]) == timedelta(hours=24)
    assert bedroom.replicas() == 3
    (alert,) = told(caplog, bedroom)
    assert "Argo CD put its replica count back to 3" in alert
    assert "RespectIgnoreDifferences=true" in alert


async def test_a_sleep_that_flux_reverts_by_the_manifest_it_tracks_is_contested(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    bedroom.source.policies = (policy(resumeAfter="10h", gitOps="Pause"),)
    applied = json.dumps({"spec": {"replicas": 3}})
    bedroom.names.append(
        bedroom.deploy(
            labels={"kustomize.toolkit.fluxcd.io/name": "shop"},
            annotations={"kubectl.kubernetes.io/last-applied-configuration": applied},
        )
    )
    handle = await bedroom.put_to_sleep()
    bedroom.scale(3)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    (alert,) = told(caplog, bedroom)
    assert "Flux put its replica count back to 3" in alert


async def test_an_hpa_that_corrects_the_count_after_the_wake_is_no_fault(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    handle = await bedroom.put_to_sleep(autoscaled=True)
    bedroom.autoscale(1, 2)
    await bedroom.skip(handle, FIRST_LOOK)
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 2, what="the HPA to cut 3 to its 2")
    await handle.signal(CHECK)
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("woken", 3)
    assert bedroom.replicas() == 2
    assert told(caplog, bedroom) == []


async def test_a_sleep_under_a_real_hpa_that_may_go_to_zero_itself_holds(bedroom: Bedroom) -> None:
    bedroom.names.append(bedroom.deploy())
    bedroom.autoscale(0, 6)
    handle = await bedroom.put_to_sleep(autoscaled=True)
    path = f"/apis/autoscaling/v2/namespaces/{bedroom.namespace}/horizontalpodautoscalers/web"
    await asyncio.to_thread(wait_for, lambda: _is_switched_off(bedroom.objects.get(path)), what="the HPA to look at it")
    await bedroom.skip(handle, FIRST_LOOK)
    assert bedroom.replicas() == 0
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_zero_that_an_hpa_holds_itself_is_not_ours(bedroom: Bedroom) -> None:
    bedroom.deploy(replicas=0)
    bedroom.autoscale(0, 6)
    handle = await bedroom.start(autoscaled=True)
    result = await handle.result()
    assert result.outcome == "not paused"
    assert bedroom.annotations() == {}


def _is_switched_off(hpa: dict[str, Any]) -> bool:
    conditions = hpa.get("status", {}).get("conditions") or []
    return any(each["type"] == "ScalingActive" and each["reason"] == "ScalingDisabled" for each in conditions)
