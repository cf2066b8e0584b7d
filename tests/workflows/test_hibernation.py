"""The life of a sleeping workload, told by one behaviour at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audits import requests
from cases import policy
from deployments import wait_for
from eventually import eventually
from hibernations import COST, Bedroom
from refusals import records_refused, scaling_changed
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.snapshot import Hold
from localcluster import LocalCluster
from policies.annotations import PREFIX, read_pause
from policies.names import CHECK, EXTEND, KEEP_AWAKE, REACTIVATE, RESUME_NOW, TROUBLE
from policies.policy.document import EnforcementPolicy
from policies.sleep.messages import Hibernation, HibernationResult, HibernationStatus, Phase, Until, WakeRequest
from policies.times import from_rfc3339
from policies.workload import observe

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def trouble(bedroom: Bedroom, handle: WorkflowHandle[Any, HibernationResult]) -> None:
    """Wait until it says what keeps it from going on."""
    await eventually(lambda: bedroom.status(handle), lambda status: status.trouble, what="a trouble")


async def test_a_sleep_records_all_that_is_needed_to_give_the_workload_back(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    carried = bedroom.annotations()
    assert carried["paused"] == "true"
    assert carried["original-replicas"] == "3"
    assert carried["paused-by"] == "idle-dev"
    assert carried["instance"] == "me"
    assert carried["hourly-cost"] == "0.100000 USD price list"
    assert from_rfc3339(carried["resume-at"]) - from_rfc3339(carried["paused-at"]) == timedelta(hours=10)
    assert carried["pause-id"]
    await handle.signal(REACTIVATE)


async def test_its_timer_gives_it_back_at_exactly_its_count_and_leaves_no_record(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await bedroom.skip(handle, 9)
    assert (await bedroom.status(handle)).phase is Phase.ASLEEP
    await bedroom.skip(handle, 1.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3
    assert set(bedroom.annotations()) == {"resumed-at", "awake-until", "awake-because"}
    assert bedroom.annotations()["awake-because"] == "cooldown"


async def test_it_ends_when_the_cooldown_is_over_and_tells_what_it_avoided(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await bedroom.skip(handle, 10.1)
    await bedroom.reach(handle, Phase.COOLING)
    await bedroom.skip(handle, 0.6)
    result = await handle.result()
    assert result.outcome == "woken"
    assert result.original_replicas == 3
    assert result.avoided_cost == pytest.approx(1.0, abs=0.02)
    assert result.currency == "USD"
    (sleep,) = result.sleeps
    assert (sleep.policy, sleep.cost, bool(sleep.pause_id)) == ("idle-dev", COST, True)
    assert sleep.end is not None
    assert (sleep.end - sleep.start).total_seconds() == pytest.approx(result.slept_seconds)


@pytest.mark.parametrize(
    "argument",
    [(), ("anna",), ({"by": "anna", "reason": "demo"},), (17,), ([{"by": 1}],)],
    ids=["none", "a name", "an object", "a number", "nonsense"],
)
async def test_a_signal_with_any_input_wakes_it(bedroom: Bedroom, argument: tuple[object, ...]) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE, args=argument)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert bedroom.annotations()["awake-because"] == "person"


async def test_a_zero_that_admission_makes_a_one_is_no_sleep_and_costs_no_replica(bedroom: Bedroom) -> None:
    bedroom.deploy()
    with scaling_changed(bedroom.objects, bedroom.namespace, "web"):
        result = await (await bedroom.start()).result()
    assert (result.outcome, bedroom.replicas()) == ("not paused", 3)
    assert "a count of 1 and not the 0 asked for" in result.sentence
    assert "paused" not in bedroom.annotations()


async def test_where_admission_changes_every_count_a_pause_that_was_none_ends_all_the_same(bedroom: Bedroom) -> None:
    bedroom.deploy()
    with scaling_changed(bedroom.objects, bedroom.namespace, "web", counts="!= 1"):
        result = await (await bedroom.start()).result()
    assert (result.outcome, bedroom.replicas()) == ("not paused", 1)
    assert "paused" not in bedroom.annotations()


async def test_ten_signals_end_in_one_resume(bedroom: Bedroom, cluster: LocalCluster) -> None:
    handle = await bedroom.put_to_sleep()
    await asyncio.gather(*(handle.signal(REACTIVATE, str(number)) for number in range(10)))
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert requests(cluster, bedroom.namespace)["patch deployments/scale"] == 2


async def test_a_cancel_means_resume_now(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.cancel()
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_cancel_right_after_the_start_leaves_nobody_asleep(bedroom: Bedroom) -> None:
    bedroom.deploy()
    handle = await bedroom.start()
    await handle.cancel()
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert "paused" not in bedroom.annotations()


async def test_resume_now_answers_when_it_is_scaled_up_and_refuses_what_is_awake(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    until = datetime.now(UTC) + timedelta(hours=4)
    status = await handle.execute_update(RESUME_NOW, WakeRequest(by="anna", until=until), result_type=HibernationStatus)
    assert status.phase is Phase.AWAKE
    assert bedroom.replicas() == 3
    assert abs(from_rfc3339(bedroom.annotations()["awake-until"]) - until) < timedelta(seconds=2)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update(RESUME_NOW, WakeRequest())
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "AlreadyAwake"


async def test_extend_moves_the_wake_and_the_annotation(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    later = (datetime.now(UTC) + timedelta(hours=20)).replace(microsecond=0)
    await handle.execute_update(EXTEND, Until(until=later, by="anna"))
    assert from_rfc3339(bedroom.annotations()["resume-at"]) == later
    await bedroom.skip(handle, 15)
    assert bedroom.replicas() == 0
    await bedroom.skip(handle, 5.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_extend_answers_also_where_the_policy_wants_it_asleep_for_longer_still(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep(resume_after=timedelta(hours=2))
    until = (datetime.now(UTC) + timedelta(hours=3)).replace(microsecond=0)
    status = await handle.execute_update(EXTEND, Until(until=until, by="anna"), result_type=HibernationStatus)
    assert status.resume_at is not None
    assert status.resume_at > until


@pytest.mark.parametrize("hours", [-1, 1], ids=["in the past", "before its wake"])
async def test_extend_refuses_a_time_that_is_no_longer(bedroom: Bedroom, hours: int) -> None:
    handle = await bedroom.put_to_sleep()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update(EXTEND, Until(until=datetime.now(UTC) + timedelta(hours=hours)))
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "InvalidTime"


async def test_keep_awake_wakes_it_and_holds_until_the_time(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    until = datetime.now(UTC) + timedelta(hours=6)
    await handle.execute_update(KEEP_AWAKE, Until(until=until, by="anna"))
    assert bedroom.replicas() == 3
    later = datetime.now(UTC) + timedelta(hours=9)
    await handle.execute_update(KEEP_AWAKE, Until(until=later, by="anna", reason="a demo"))
    assert (bedroom.annotations()["awake-by"], bedroom.annotations()["awake-reason"]) == ("anna", "a demo")
    assert abs(from_rfc3339(bedroom.annotations()["awake-until"]) - later) < timedelta(seconds=2)
    assert bedroom.annotations()["awake-because"] == "keep-awake"


async def test_a_pause_that_came_too_late_changes_nothing(bedroom: Bedroom) -> None:
    bedroom.deploy()
    handle = await bedroom.start(expires_after=timedelta(seconds=-1))
    assert (await handle.result()).outcome == "not paused"
    assert bedroom.replicas() == 3
    assert bedroom.annotations() == {}


async def test_what_somebody_changed_since_the_evaluation_is_left_alone(bedroom: Bedroom) -> None:
    bedroom.deploy()
    seen = bedroom.read()
    bedroom.scale(5)
    handle = await bedroom.start(seen=observe(seen, PREFIX))
    result = await handle.result()
    assert result.outcome == "not paused"
    assert "changed" in result.sentence
    assert bedroom.replicas() == 5
    assert bedroom.annotations() == {}


async def test_the_pause_itself_refuses_under_a_hold(bedroom: Bedroom) -> None:
    bedroom.deploy()
    bedroom.source.hold = Hold(by="anna", since=datetime.now(UTC))
    handle = await bedroom.start()
    result = await handle.result()
    assert result.outcome == "not paused"
    assert "hold" in result.sentence
    assert bedroom.replicas() == 3


@pytest.mark.parametrize(
    "policies",
    [(), (policy(suspend=True),), (policy(mode="DryRun"),)],
    ids=["gone", "suspended", "dry run"],
)
async def test_the_pause_itself_refuses_for_a_policy_that_does_not_enforce(
    bedroom: Bedroom, policies: tuple[EnforcementPolicy, ...]
) -> None:
    bedroom.deploy()
    bedroom.source.policies = policies
    handle = await bedroom.start()
    assert (await handle.result()).outcome == "not paused"
    assert bedroom.replicas() == 3
    assert bedroom.annotations() == {}


async def test_a_raised_count_is_somebodys_choice_and_is_never_undone(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.scale(7)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 7
    assert "paused" not in bedroom.annotations()
    assert bedroom.annotations()["awake-because"] == "person"


@pytest.mark.parametrize("mark", ["true", "yes"])
async def test_excluding_a_sleeper_wakes_it(bedroom: Bedroom, mark: str) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(exclude=mark)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert bedroom.annotations()["exclude"] == mark


@pytest.mark.parametrize(
    "mark",
    [{"exclude": "true"}, {"exclude": "yes"}, {"exclude-until": "9999-12-31"}, {"awake-until": "9000-01-01T00:00:00Z"}],
    ids=["excluded", "in words nobody can read", "excluded until a day", "kept awake"],
)
async def test_a_mark_on_the_namespace_since_the_evaluation_is_heard_and_leaves_nothing_behind(
    bedroom: Bedroom, mark: dict[str, str]
) -> None:
    bedroom.deploy()
    namespace = f"/api/v1/namespaces/{bedroom.namespace}"
    marks = {f"finops.io/{key}": value for key, value in mark.items()}
    bedroom.objects.patch(namespace, {"metadata": {"annotations": marks}})
    result = await (await bedroom.start()).result()
    assert result.outcome == "not paused"
    assert (bedroom.replicas(), bedroom.annotations()) == (3, {})


@pytest.mark.parametrize("until", ["9999-12-31", "9999-12-31T23:59:59-14:00"])
async def test_an_exclusion_for_ever_wakes_it_too(bedroom: Bedroom, until: str) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(exclude_until=until)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_wake_until_the_end_of_time_is_a_wake(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE, {"by": "anna", "until": "9999-12-31T23:59:59-14:00"})
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert bedroom.annotations()["awake-until"] == "9000-01-01T00:00:00Z"


async def test_a_person_who_asks_while_a_timers_wake_is_refused_gets_their_time(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    until = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    with bedroom.scaling_refused():
        await bedroom.skip(handle, 10.1)
        await bedroom.reach(handle, Phase.RESUME_FAILING)
        assert bedroom.replicas() == 0
        await handle.signal(REACTIVATE, {"by": "anna", "until": until.isoformat()})
        await bedroom.reach(handle, Phase.RESUME_FAILING)
    await bedroom.skip(handle, 0.2)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3
    assert from_rfc3339(bedroom.annotations()["awake-until"]) == until


async def test_what_keeps_a_workload_from_waking_stands_in_the_memo_as_long_as_it_does(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    with bedroom.scaling_refused():
        await handle.signal(REACTIVATE)
        await bedroom.reach(handle, Phase.RESUME_FAILING)
        assert "an admission policy refuses it" in await (await handle.describe()).memo_value(TROUBLE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert await (await handle.describe()).memo_value(TROUBLE, default="") == ""


async def test_stripped_annotations_are_restored_from_the_workflow(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    before = bedroom.annotations()
    bedroom.annotate(**{key.replace("-", "_"): None for key in before})
    assert bedroom.annotations() == {}
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations() == before)
    assert bedroom.replicas() == 0


async def test_a_count_that_a_person_edited_is_obeyed(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(original_replicas="4")
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 4


async def test_an_edited_count_that_was_read_is_kept_although_somebody_destroys_it_amid_the_wake(
    bedroom: Bedroom,
) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(original_replicas="7")
    with bedroom.scaling_refused():
        await handle.signal(REACTIVATE)
        await bedroom.reach(handle, Phase.RESUME_FAILING)
        bedroom.annotate(original_replicas="many")
    await handle.signal(REACTIVATE)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 7, what="the wake at the edited count")


async def test_an_edited_count_that_was_read_is_kept_although_it_could_not_be_recorded(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(original_replicas="7")
    with records_refused(bedroom.objects, bedroom.namespace, "web"):
        await handle.signal(CHECK)
        await trouble(bedroom, handle)
        bedroom.annotate(original_replicas="many")
    await handle.signal(REACTIVATE)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 7, what="the wake at the edited count")


@pytest.mark.parametrize("garbage", ["", "0", "-3", "three", "3.0", "99999999999999"])
async def test_a_count_that_is_garbage_gives_way_to_the_workflows_record(bedroom: Bedroom, garbage: str) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.annotate(original_replicas=garbage)
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


@pytest.mark.parametrize(
    "damage",
    [{"original_replicas": "many"}, {"paused": None}, {"paused_at": "yesterday"}],
    ids=["count", "mark", "time"],
)
async def test_a_damaged_record_is_written_again_from_the_workflows_own(
    bedroom: Bedroom, damage: dict[str, str | None]
) -> None:
    handle = await bedroom.put_to_sleep()
    before = bedroom.annotations()
    bedroom.annotate(**damage)
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations() == before)
    assert bedroom.replicas() == 0


async def test_a_deploy_into_a_sleeper_wakes_it_at_its_count(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    revision = bedroom.read()
    bedroom.deploy_again()
    await asyncio.to_thread(wait_for, lambda: _revision(bedroom) != revision.revision)
    await handle.signal(CHECK)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3
    assert bedroom.annotations()["awake-because"] == "deploy"


async def test_a_deploy_leaves_it_asleep_where_the_policy_says_so(bedroom: Bedroom) -> None:
    bedroom.source.policies = (policy(resumeAfter="10h", onDeploy="StayAsleep"),)
    handle = await bedroom.put_to_sleep()
    before = _revision(bedroom)
    bedroom.deploy_again()
    await asyncio.to_thread(wait_for, lambda: _revision(bedroom) != before)
    await handle.signal(CHECK)
    await bedroom.skip(handle, 1)
    assert bedroom.replicas() == 0


async def test_a_deleted_policy_wakes_its_sleepers_at_once(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.source.policies = ()
    await handle.signal(CHECK, {"gone_policy": "idle-dev"})
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_a_policy_that_is_merely_not_readable_keeps_the_recorded_time(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.source.policies, bedroom.source.complete = (), False
    await handle.signal(CHECK)
    await bedroom.skip(handle, 9)
    assert bedroom.replicas() == 0
    await bedroom.skip(handle, 1.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_a_changed_policy_moves_the_wake_of_those_asleep(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.source.policies = (policy(resumeAfter="2h"),)
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: _sleeps_for(bedroom) == timedelta(hours=2))
    await bedroom.skip(handle, 2.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_a_hold_moves_no_wake(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.source.hold = Hold(by="anna", since=datetime.now(UTC))
    bedroom.source.policies = (policy(resumeAfter="2h"),)
    await handle.signal(CHECK)
    await bedroom.skip(handle, 5)
    assert _sleeps_for(bedroom) == timedelta(hours=10)
    assert bedroom.replicas() == 0


async def test_a_recreated_deployment_is_not_ours(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.objects.delete(f"/apis/apps/v1/namespaces/{bedroom.namespace}/deployments/web")
    bedroom.deploy(replicas=2)
    await handle.signal(CHECK)
    assert (await handle.result()).outcome == "gone"
    assert bedroom.replicas() == 2


async def test_a_deleted_deployment_ends_it_only_when_seen_missing_twice(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    bedroom.objects.delete(f"/apis/apps/v1/namespaces/{bedroom.namespace}/deployments/web")
    await handle.signal(CHECK)
    await bedroom.skip(handle, 0.05)
    assert (await bedroom.status(handle)).phase is Phase.ASLEEP
    await bedroom.skip(handle, 0.1)
    assert (await handle.result()).outcome == "gone"


async def test_a_wake_by_somebody_without_temporal_is_left_as_it_is(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=24)
    bedroom.scale(3)
    note = {"resumed_at": datetime.now(UTC).isoformat(timespec="seconds"), "awake_until": until.isoformat()}
    gone = {key.replace("-", "_"): None for key in bedroom.annotations()}
    bedroom.annotate(**{**gone, **note, "awake_because": "person"})
    await handle.signal(CHECK)
    status = await bedroom.reach(handle, Phase.AWAKE)
    assert status.awake_until == until
    assert from_rfc3339(bedroom.annotations()["awake-until"]) == until


async def test_a_sleeper_without_a_workflow_can_be_started_in_the_middle_of_waking(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    record = bedroom.read()
    await handle.terminate()
    again = await bedroom.begin(
        Hibernation(
            cluster=bedroom.product.settings.cluster,
            instance="me",
            ref=record.ref,
            sleep=read_pause(record.annotations),
            waking=WakeRequest(by="anna"),
        )
    )
    await bedroom.reach(again, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_bug_in_what_is_looked_at_before_a_wake_does_not_keep_a_person_from_waking_it(bedroom: Bedroom) -> None:
    first = await bedroom.put_to_sleep()
    workload = bedroom.read()
    await first.terminate()
    naive = datetime(2026, 11, 24, 7, 0)  # noqa: DTZ001 - the bug: no comparison with it succeeds
    handle = await bedroom.begin(
        Hibernation(
            cluster=bedroom.product.settings.cluster,
            instance="me",
            ref=workload.ref,
            sleep=read_pause(workload.annotations),
            extended_until=naive,
        )
    )
    await handle.signal(CHECK)

    async def kinds() -> list[int]:
        return [event.event_type async for event in handle.fetch_history_events()]

    await eventually(kinds, lambda seen: EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED in seen, what="a task that fails")
    await handle.signal(REACTIVATE, {"by": "anna"})
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")


async def test_a_hibernation_that_was_reset_takes_its_own_sleep_over(bedroom: Bedroom) -> None:
    first = await bedroom.put_to_sleep()
    record = bedroom.annotations()
    await first.terminate()
    again = await bedroom.start()
    status = await bedroom.reach(again, Phase.ASLEEP)
    assert status.original_replicas == 3
    assert bedroom.annotations() == record
    await again.signal(REACTIVATE)
    await bedroom.reach(again, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_stale_record_on_a_running_workload_is_cleared_and_nothing_scaled(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    bedroom.annotate(paused="true", original_replicas="9", pause_id="old", instance="me")
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: "paused" not in bedroom.annotations())
    assert bedroom.replicas() == 3


async def test_a_record_that_another_installation_is_just_writing_is_left_to_it(
    bedroom: Bedroom, cluster: LocalCluster
) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    bedroom.annotate(paused="true", original_replicas="3", pause_id="theirs", instance="them")
    before, reads = bedroom.annotations(), requests(cluster, bedroom.namespace)["get deployments"]
    await handle.signal(CHECK)
    await asyncio.to_thread(
        wait_for, lambda: requests(cluster, bedroom.namespace)["get deployments"] > reads, what="the look"
    )
    await handle.execute_update(KEEP_AWAKE, Until(until=datetime.now(UTC) + timedelta(hours=9), by="anna"))
    theirs = {key: before[key] for key in ("paused", "original-replicas", "pause-id", "instance")}
    assert bedroom.annotations() | theirs == bedroom.annotations()


async def test_a_wish_to_stay_awake_is_about_the_name_also_where_it_was_made_anew_meanwhile(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    bedroom.objects.delete(f"/apis/apps/v1/namespaces/{bedroom.namespace}/deployments/web")
    bedroom.deploy()
    until = datetime.now(UTC) + timedelta(hours=6)
    await handle.execute_update(KEEP_AWAKE, Until(until=until, by="anna"))
    assert bedroom.annotations()["awake-because"] == "keep-awake"


async def test_a_stale_record_on_one_that_was_made_anew_is_cleared_too(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    bedroom.objects.delete(f"/apis/apps/v1/namespaces/{bedroom.namespace}/deployments/web")
    bedroom.deploy(annotations={"finops.io/paused": "true", "finops.io/instance": "me"})
    await handle.signal(CHECK)
    await asyncio.to_thread(wait_for, lambda: "paused" not in bedroom.annotations())


def _revision(bedroom: Bedroom) -> str:
    workload = bedroom.read()
    return workload.revision


def _sleeps_for(bedroom: Bedroom) -> timedelta:
    carried = bedroom.annotations()
    return from_rfc3339(carried["resume-at"]) - from_rfc3339(carried["paused-at"])
