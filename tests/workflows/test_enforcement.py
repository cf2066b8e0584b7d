"""A run of a policy, against the real control plane: who is put to sleep, who is not, and what it costs to find out."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audits import requests
from cases import policy
from deployments import create_ready, deployment, wait_for
from hibernations import Bedroom, enforce
from ids import id_of

from activities.snapshot import Hold
from localcluster import LocalCluster
from policies.checks.reasons import Reason
from policies.sleep.messages import Phase
from policies.times import to_rfc3339

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

ALL_WEEK = {"timeZone": "UTC", "asleep": [{"from": "Mon-Sun 00:00", "to": "24:00"}]}
"""A window that never ends."""


def enforcing(bedroom: Bedroom, **spec: Any) -> None:
    """One policy over the test's own namespace."""
    written = {"cooldownWindow": "1s", "minHourlyCost": 0.001, "resumeAfter": "10h", **spec}
    bedroom.source.policies = (policy(scope={"namespaces": {"include": [bedroom.namespace]}}, **written),)


async def hibernations(bedroom: Bedroom, *names: str) -> None:
    """Wait until these sleep."""
    cluster = bedroom.product.settings.cluster
    for name in names:
        handle = bedroom.environment.client.get_workflow_handle(id_of(cluster, bedroom.namespace, name))
        bedroom.handles.append(handle)
        await bedroom.reach(handle, Phase.ASLEEP)


def furnish(bedroom: Bedroom, *names: str, **how: Any) -> None:
    """Deployments that are old enough to be judged."""
    create_ready(bedroom.objects, *(deployment(bedroom.namespace, name, **how) for name in names))
    time.sleep(1.2)


def writes(cluster: LocalCluster, bedroom: Bedroom) -> dict[str, int]:
    """What the product has written to the namespace so far, and how often."""
    counted = requests(cluster, bedroom.namespace)
    return {request: number for request, number in counted.items() if not request.startswith(("get", "list"))}


async def test_a_run_puts_to_sleep_what_meets_the_policy_and_nothing_else(bedroom: Bedroom) -> None:
    furnish(bedroom, "dear", "also-dear")
    furnish(bedroom, "cheap", cpu="1m", memory="1Mi")
    enforcing(bedroom, minHourlyCost=0.01)
    result = await enforce(bedroom)
    await hibernations(bedroom, "dear", "also-dear")
    assert result.started == 2
    assert result.decisions[Reason.COST_BELOW_THRESHOLD] == 1
    assert [bedroom.replicas(name) for name in ("dear", "also-dear", "cheap")] == [0, 0, 3]


async def test_a_run_knows_which_workloads_an_hpa_could_wake_and_asserts_their_sleep(bedroom: Bedroom) -> None:
    furnish(bedroom, "web", replicas=4)
    bedroom.autoscale(2, 6)
    enforcing(bedroom)
    await enforce(bedroom)
    await hibernations(bedroom, "web")
    await asyncio.to_thread(bedroom.scaled_and_seen, 4)
    await bedroom.skip(bedroom.handles[0], 0.02)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 0, what="the re-assert")


async def test_another_tool_that_puts_workloads_to_sleep_is_told_once_for_a_namespace(
    bedroom: Bedroom, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two"):
        bedroom.deploy(name, annotations={"downscaler/original-replicas": "2"})
    enforcing(bedroom)
    runs = [await enforce(bedroom), await enforce(bedroom)]
    assert [run.decisions[Reason.FOREIGN_RECORD] for run in runs] == [2, 2]
    told = [record for record in caplog.records if getattr(record, "alert", "") == "foreign"]
    assert [getattr(record, "namespace", "") for record in told] == [bedroom.namespace]


async def test_a_run_that_is_told_remembers_the_window_for_the_next(bedroom: Bedroom) -> None:
    furnish(bedroom, "one")
    enforcing(bedroom, mode="DryRun")
    days = {datetime.now(UTC).date().isoformat()}
    result = await enforce(bedroom)
    days.add(datetime.now(UTC).date().isoformat())
    assert result.told_window in days


async def test_a_dry_run_writes_nothing_at_all(bedroom: Bedroom, cluster: LocalCluster) -> None:
    furnish(bedroom, "one", "two")
    enforcing(bedroom, mode="DryRun")
    result = await enforce(bedroom)
    assert result.dry_run
    assert result.started == 0
    assert "Dry run: 2 of" in result.sentence
    assert result.last_judged is not None
    assert result.last_judged.would_pause == 2
    assert result.up_to_per_month > 0
    assert writes(cluster, bedroom) == {}


async def test_a_second_run_finds_nothing_to_do_and_writes_nothing(bedroom: Bedroom, cluster: LocalCluster) -> None:
    furnish(bedroom, "one")
    enforcing(bedroom)
    await enforce(bedroom)
    await hibernations(bedroom, "one")
    before = writes(cluster, bedroom)
    result = await enforce(bedroom)
    assert result.started == 0
    assert result.decisions.get(Reason.ALREADY_PAUSED) == 1, result
    assert (result.night.asleep, result.night.slept) == (1, 1)
    assert before
    assert writes(cluster, bedroom) == before


async def test_what_exceeds_the_limit_waits_for_the_next_run(bedroom: Bedroom) -> None:
    furnish(bedroom, "a", "b", "c")
    enforcing(bedroom, limits={"maxActionsPerRun": 2})
    first = await enforce(bedroom)
    await hibernations(bedroom, "a", "b")
    assert (first.started, first.held_back) == (2, 1)
    second = await enforce(bedroom)
    await hibernations(bedroom, "c")
    assert (second.started, second.held_back) == (1, 0)


async def test_in_its_first_window_a_policy_without_limits_takes_twenty_in_all_runs_together(bedroom: Bedroom) -> None:
    furnish(bedroom, *(f"app-{number:02}" for number in range(22)))
    enforcing(bedroom, schedule=ALL_WEEK)
    first = await enforce(bedroom)
    assert (first.started, first.held_back, first.held_by_first_window) == (20, 0, 2)
    assert "2 stay awake in its first window" in first.sentence
    assert first.first_window is not None
    assert first.first_window.paused == 20


async def test_runs_of_a_first_window_whose_results_are_lost_take_twenty_in_all_of_them_too(bedroom: Bedroom) -> None:
    """No run here is one of a Schedule, so none is given the result before it."""
    names = [f"app-{number:02}" for number in range(22)]
    furnish(bedroom, *names)
    enforcing(bedroom, schedule=ALL_WEEK)
    await enforce(bedroom)
    await hibernations(bedroom, *names[:20])
    second = await enforce(bedroom)
    assert (second.started, second.held_by_first_window) == (0, 2)
    assert second.first_window is not None
    assert second.first_window.paused == 20


async def test_a_limit_of_its_own_overrules_the_brake_of_the_first_window(bedroom: Bedroom) -> None:
    furnish(bedroom, *(f"app-{number:02}" for number in range(22)))
    enforcing(bedroom, schedule=ALL_WEEK, limits={"maxActionsPerRun": 21})
    result = await enforce(bedroom)
    assert (result.started, result.held_back, result.held_by_first_window) == (21, 1, 0)


async def test_the_brake_pauses_nothing_and_tells_both_figures(bedroom: Bedroom) -> None:
    furnish(bedroom, "a", *(f"b{number}" for number in range(12)))  # a share of all that the other tests have left
    enforcing(bedroom, limits={"maxAffectedPercent": 1})
    result = await enforce(bedroom)
    assert result.started == 0
    assert result.brake is not None
    assert "1 % are allowed" in result.sentence
    assert bedroom.replicas("a") == 3


@pytest.mark.parametrize(
    ("spec", "because"),
    [({"suspend": True}, "suspended"), ({"idleWindow": "48h"}, "")],
    ids=["suspended", "idleness without a judge"],
)
async def test_a_policy_that_cannot_say_yes_pauses_nothing(
    bedroom: Bedroom, spec: dict[str, Any], because: str
) -> None:
    furnish(bedroom, "one")
    enforcing(bedroom, **spec)
    result = await enforce(bedroom)
    assert result.started == 0
    assert because in result.skipped
    assert bedroom.replicas("one") == 3


async def test_under_a_hold_nothing_is_judged(bedroom: Bedroom) -> None:
    furnish(bedroom, "one")
    enforcing(bedroom)
    bedroom.source.hold = Hold(by="anna", since=datetime.now(UTC))
    result = await enforce(bedroom)
    assert "a hold is on, set by anna" in result.skipped
    assert bedroom.replicas("one") == 3


async def test_a_policy_that_is_not_there_ends_the_run_with_a_sentence(bedroom: Bedroom) -> None:
    bedroom.source.policies = ()
    assert "there is no policy idle-dev" in (await enforce(bedroom)).skipped


async def test_a_workload_with_garbage_annotations_is_left_alone_and_the_others_go_on(bedroom: Bedroom) -> None:
    furnish(bedroom, "fine")
    furnish(bedroom, "odd", annotations={"finops.io/exclude": "maybe"})
    furnish(bedroom, "torn", annotations={"finops.io/paused": "true", "finops.io/original-replicas": "many"})
    enforcing(bedroom)
    result = await enforce(bedroom)
    await hibernations(bedroom, "fine")
    assert result.started == 1
    assert result.decisions[Reason.INVALID_ANNOTATION] == 1
    assert [bedroom.replicas(name) for name in ("odd", "torn")] == [3, 3]


async def test_a_workload_kept_awake_is_not_paused_even_without_its_workflow(bedroom: Bedroom) -> None:
    later = to_rfc3339(datetime.now(UTC) + timedelta(hours=1))
    furnish(bedroom, "one", annotations={"finops.io/awake-until": later, "finops.io/awake-because": "person"})
    enforcing(bedroom)
    result = await enforce(bedroom)
    assert result.decisions[Reason.KEPT_AWAKE] == 1
    assert bedroom.replicas("one") == 3
