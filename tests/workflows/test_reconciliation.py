"""Reconciliation against the real control plane: it never writes, and what it starts or nudges repairs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audits import requests
from cases import policy
from deployments import create_ready, deployment, wait_for
from eventually import eventually
from hibernations import Bedroom, reconcile
from ids import id_of
from temporalio.client import WorkflowHandle

from localcluster import LocalCluster
from policies.names import REACTIVATE
from policies.sleep.discrepancies import Discrepancy
from policies.sleep.messages import HibernationResult, Phase

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def visible(bedroom: Bedroom, phase: Phase) -> None:
    """Visibility is a moment behind: wait until it shows the test's hibernation in this phase."""
    query = (
        f"WorkloadNamespace = '{bedroom.namespace}' AND HibernationState = '{phase}' AND ExecutionStatus = 'Running'"
    )
    client = bedroom.environment.client
    await eventually(lambda: client.count_workflows(query), lambda found: found.count, what=f"one that is {phase}")


def hibernation_of(bedroom: Bedroom) -> WorkflowHandle[Any, HibernationResult]:
    """The one that reconciliation started."""
    cluster = bedroom.product.settings.cluster
    handle = bedroom.environment.client.get_workflow_handle(
        id_of(cluster, bedroom.namespace, "web"), result_type=HibernationResult
    )
    bedroom.handles.append(handle)
    return handle


async def test_where_both_records_agree_nothing_is_written_and_nobody_is_told(
    bedroom: Bedroom, cluster: LocalCluster
) -> None:
    handle = await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    before = requests(cluster, bedroom.namespace)
    history = len([event async for event in handle.fetch_history_events()])
    await reconcile(bedroom)
    assert requests(cluster, bedroom.namespace) == before
    assert len([event async for event in handle.fetch_history_events()]) == history


async def test_a_sleeper_whose_workflow_was_lost_is_adopted_and_wakes_at_its_recorded_time(bedroom: Bedroom) -> None:
    lost = await bedroom.put_to_sleep()
    await bedroom.lose(lost)
    result = await reconcile(bedroom)
    assert result.found[Discrepancy.ADOPTED] >= 1
    adopted = hibernation_of(bedroom)
    status = await bedroom.reach(adopted, Phase.ASLEEP)
    assert status.original_replicas == 3
    assert status.resume_at is not None
    assert bedroom.replicas() == 0
    await adopted.signal(REACTIVATE)
    await bedroom.reach(adopted, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_damaged_record_without_a_workflow_is_restored_from_a_replica_sets_copy(bedroom: Bedroom) -> None:
    lost = await bedroom.put_to_sleep()
    whole = bedroom.annotations()
    await bedroom.lose(lost)
    workload = bedroom.read()
    read_copies = bedroom.product.replica_sets.copies_of
    bedroom.deploy_again()
    await asyncio.to_thread(wait_for, lambda: len(read_copies(workload.ref)) == 2)
    bedroom.annotate(original_replicas="many")
    await asyncio.to_thread(wait_for, lambda: read_copies(workload.ref)[0].read() is None)
    result = await reconcile(bedroom)
    assert result.found[Discrepancy.ADOPTED] >= 1
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations() == whole)
    adopted = hibernation_of(bedroom)
    assert (await bedroom.reach(adopted, Phase.ASLEEP)).original_replicas == 3
    await adopted.signal(REACTIVATE)
    await bedroom.reach(adopted, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_a_damaged_record_without_any_copy_is_left_and_told(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    lost = await bedroom.put_to_sleep()
    await bedroom.lose(lost)
    bedroom.annotate(original_replicas="many")
    workload = bedroom.read()
    read_copies = bedroom.product.replica_sets.copies_of
    await asyncio.to_thread(wait_for, lambda: read_copies(workload.ref)[0].read() is None)
    before = bedroom.annotations()
    result = await reconcile(bedroom)
    assert f"{bedroom.namespace}/web" in result.unreadable
    assert f"unreadable: {bedroom.namespace}/web" in caplog.text
    assert (bedroom.replicas(), bedroom.annotations()) == (0, before)


async def test_a_damaged_record_is_restored_by_the_hibernation_that_is_open(bedroom: Bedroom) -> None:
    await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    whole = bedroom.annotations()
    bedroom.annotate(original_replicas="many")
    result = await reconcile(bedroom)
    assert f"{bedroom.namespace}/web" not in result.unreadable
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations() == whole)
    assert bedroom.replicas() == 0


async def test_an_overdue_sleeper_is_adopted_and_woken_at_once(bedroom: Bedroom) -> None:
    lost = await bedroom.put_to_sleep()
    await bedroom.lose(lost)
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    bedroom.annotate(resume_at=past, paused_at=(datetime.now(UTC) - timedelta(hours=11)).isoformat(timespec="seconds"))
    await reconcile(bedroom)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3)
    await asyncio.to_thread(wait_for, lambda: "paused" not in bedroom.annotations())


async def test_a_stale_record_on_a_running_workload_is_cleared_and_its_count_left(bedroom: Bedroom) -> None:
    create_ready(
        bedroom.objects,
        deployment(
            bedroom.namespace,
            "undone",
            annotations={
                "finops.io/paused": "true",
                "finops.io/paused-at": "2026-01-01T00:00:00Z",
                "finops.io/original-replicas": "9",
                "finops.io/pause-id": "old",
                "finops.io/instance": "me",
            },
        ),
    )
    await reconcile(bedroom)
    await asyncio.to_thread(wait_for, lambda: "paused" not in bedroom.annotations("undone"))
    assert bedroom.replicas("undone") == 3


async def test_another_installations_sleeper_is_counted_and_left(bedroom: Bedroom) -> None:
    foreign = {"paused": "true", "paused-at": "2026-01-01T00:00:00Z", "original-replicas": "2", "instance": "them"}
    annotations = {f"finops.io/{key}": value for key, value in foreign.items()}
    create_ready(bedroom.objects, deployment(bedroom.namespace, "theirs", replicas=0, annotations=annotations))
    result = await reconcile(bedroom)
    assert result.found[Discrepancy.OTHER_INSTANCE] >= 1
    assert bedroom.replicas("theirs") == 0
    assert bedroom.annotations("theirs") == foreign


async def test_a_part_of_a_record_on_one_that_runs_is_told_as_not_ours_and_left(bedroom: Bedroom) -> None:
    carried = {"finops.io/original-replicas": "three"}
    create_ready(bedroom.objects, deployment(bedroom.namespace, "marked", annotations=carried))
    result = await reconcile(bedroom)
    assert f"{bedroom.namespace}/marked" in result.strays
    assert f"{bedroom.namespace}/marked" not in result.other_instance
    assert (bedroom.replicas("marked"), bedroom.annotations("marked")) == (3, {"original-replicas": "three"})


async def test_an_exclusion_set_on_a_sleeper_is_noticed(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    bedroom.annotate(exclude="true")
    await reconcile(bedroom)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


@pytest.mark.parametrize(
    "mark", [{"exclude": "true"}, {"exclude-until": "2999-01-01"}, {"awake-until": "2999-01-01T00:00:00Z"}]
)
async def test_a_namespace_that_is_taken_out_wakes_all_who_sleep_in_it(bedroom: Bedroom, mark: dict[str, str]) -> None:
    await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    annotations = {f"finops.io/{key}": value for key, value in mark.items()}
    bedroom.objects.patch(f"/api/v1/namespaces/{bedroom.namespace}", {"metadata": {"annotations": annotations}})
    assert (await reconcile(bedroom)).found[Discrepancy.EXCLUDED] >= 1
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")


async def test_stripped_annotations_are_noticed_and_restored(bedroom: Bedroom) -> None:
    await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    before = bedroom.annotations()
    bedroom.annotate(**{key.replace("-", "_"): None for key in before})
    await reconcile(bedroom)
    await asyncio.to_thread(wait_for, lambda: bedroom.annotations() == before)
    assert bedroom.replicas() == 0


async def test_a_deploy_into_a_sleeper_is_noticed(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    await asyncio.sleep(1.1)
    bedroom.deploy_again()
    await asyncio.sleep(0.5)
    await reconcile(bedroom)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_a_suspended_policy_wakes_its_sleepers(bedroom: Bedroom) -> None:
    handle = await bedroom.put_to_sleep()
    await visible(bedroom, Phase.ASLEEP)
    bedroom.source.policies = (policy(resumeAfter="10h", suspend=True),)
    await reconcile(bedroom)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3
