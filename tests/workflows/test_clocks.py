"""Clocks that are hours off, on real servers: nothing is paused, nothing wakes early, people's wakes work, one alert.

Temporal's time is skipped, the API server stands behind a proxy that rewrites its `Date`, the worker is handed a clock.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from audits import requests
from cases import policy
from deployments import wait_for
from eventually import eventually
from hibernations import Bedroom, Source
from ids import id_of
from oddclocks import OddClock
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from policies.names import (
    CHECK,
    ENFORCEMENT,
    KEEP_AWAKE,
    MANUAL,
    REACTIVATE,
    RECONCILIATION,
    RESUME_NOW,
    run_queue,
)
from policies.runs.enforcement import Enforcement, EnforcementResult
from policies.sleep.discrepancies import Discrepancy
from policies.sleep.messages import HibernationResult, HibernationStatus, Phase, Until, WakeRequest
from policies.sleep.reconciliation import Reconcile, ReconcileResult
from policies.times import from_rfc3339
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

HOUR = timedelta(hours=1)
_NUMBERS = itertools.count(1)


@dataclass
class Dials:
    """How far the API server's and the worker's clock are from this machine's real time."""

    server: OddClock
    worker: timedelta = timedelta(0)
    skipped: timedelta = timedelta(0)
    """What Temporal's clock is ahead of real time by now."""

    def own_clock(self) -> datetime:
        """The worker's."""
        return datetime.now(UTC) + self.worker

    def turn(self, *, server: timedelta = timedelta(0), worker: timedelta = timedelta(0)) -> None:
        """Set both, against Temporal's."""
        self.server.ahead, self.worker = self.skipped + server, self.skipped + worker


@dataclass(frozen=True)
class Off:
    """A clock that is wrong: where it puts the API server's and the worker's against Temporal's."""

    server: timedelta = timedelta(0)
    worker: timedelta = timedelta(0)
    said: str = ""
    delays: timedelta = timedelta(0)
    """How much later than by Temporal's clock a timer may wake."""

    def turn(self, dials: Dials) -> None:
        """Make it so."""
        dials.turn(server=self.server, worker=self.worker)


TEMPORAL_AHEAD = Off(
    server=-3 * HOUR, worker=-3 * HOUR, said="Temporal's clock is 3h ahead of the API server's", delays=3 * HOUR
)
TEMPORAL_BEHIND = Off(server=3 * HOUR, worker=3 * HOUR, said="Temporal's clock is 3h behind the API server's")
EVERY_CLOCK = {
    "Temporal ahead": TEMPORAL_AHEAD,
    "Temporal behind": TEMPORAL_BEHIND,
    "API server ahead": Off(server=3 * HOUR, said="the API server's clock is 3h ahead of Temporal's and the worker's"),
    "API server behind": Off(
        server=-3 * HOUR, said="the API server's clock is 3h behind Temporal's and the worker's", delays=3 * HOUR
    ),
    "worker ahead": Off(worker=3 * HOUR, said="the worker's clock is 3h ahead of the API server's"),
    "worker behind": Off(worker=-3 * HOUR, said="the worker's clock is 3h behind the API server's"),
}
every_clock = pytest.mark.parametrize("off", EVERY_CLOCK.values(), ids=EVERY_CLOCK)
either_way = pytest.mark.parametrize("off", [TEMPORAL_AHEAD, TEMPORAL_BEHIND], ids=["ahead", "behind"])


@pytest.fixture(scope="module")
def odd_clock(cluster: LocalCluster) -> Iterator[OddClock]:
    """The proxy in front of the API server."""
    with OddClock(cluster.kubeconfig) as proxy:
        yield proxy


@pytest.fixture
def dials(odd_clock: OddClock) -> Dials:
    """Clocks that agree, until a test turns them."""
    odd_clock.ahead, odd_clock.ahead_at_writes = timedelta(0), None
    return Dials(odd_clock)


@pytest.fixture
async def product(
    skipping: WorkflowEnvironment, dials: Dials, source: Source, tmp_path: Path
) -> AsyncIterator[Cluster]:
    """A worker that has told nobody yet, with the comparison of production."""
    settings = Settings(
        cluster=f"clocks-{next(_NUMBERS)}",
        kubeconfig=dials.server.write_kubeconfig(tmp_path / "kubeconfig"),
        state_dir=tmp_path,
        pauses_per_second=500,
        wakes_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(
        skipping.client, connected, source.snapshot, connected.identity(), own_clock=dials.own_clock
    ):
        yield connected


async def sleep_an_hour(bedroom: Bedroom) -> WorkflowHandle[Any, HibernationResult]:
    """Put to sleep by a policy that wants no more than an hour."""
    bedroom.source.policies = (policy(resumeAfter="1h"),)
    return await bedroom.put_to_sleep(resume_after=HOUR)


async def skip(bedroom: Bedroom, dials: Dials, off: Off, handle: WorkflowHandle[Any, Any], hours: float) -> None:
    """Send the hibernation on, with the three clocks as far apart as before."""
    dials.skipped += timedelta(hours=hours)
    off.turn(dials)
    await bedroom.skip(handle, hours)


async def run(bedroom: Bedroom, workflow: str, argument: Any, result_type: type[Any]) -> Any:
    """One run of an enforcement or a reconciliation."""
    cluster = bedroom.product.settings.cluster
    handle = await bedroom.environment.client.start_workflow(
        workflow,
        argument,
        id=f"{cluster}-{next(_NUMBERS)}",
        task_queue=run_queue(cluster),
        result_type=result_type,
    )
    bedroom.runs.append(handle)
    return await handle.result()


async def enforce(bedroom: Bedroom) -> EnforcementResult:
    """One run of the policy over the test's namespace."""
    scope = {"namespaces": {"include": [bedroom.namespace]}}
    bedroom.source.policies = (policy(scope=scope, cooldownWindow="1s", minHourlyCost=0.001),)
    result: EnforcementResult = await run(
        bedroom,
        ENFORCEMENT,
        Enforcement(cluster=bedroom.product.settings.cluster, policy="idle-dev"),
        EnforcementResult,
    )
    return result


async def reconcile(bedroom: Bedroom) -> ReconcileResult:
    """One comparison of the whole cluster."""
    cluster = bedroom.product.settings.cluster
    result: ReconcileResult = await run(bedroom, RECONCILIATION, Reconcile(cluster=cluster), ReconcileResult)
    return result


async def looks(handle: WorkflowHandle[Any, Any]) -> int:
    """How often the workload was read."""
    names = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in handle.fetch_history_events()
    ]
    return names.count("consult")


async def looked(handle: WorkflowHandle[Any, Any], times: int) -> None:
    """Wait until it was read so often, and what followed is done."""
    await eventually(lambda: looks(handle), lambda seen: seen >= times, what=f"{times} reads")
    await asyncio.sleep(0.5)


def alerts(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The alerts about clocks."""
    return [record.getMessage() for record in caplog.records if getattr(record, "alert", "") == "clocks"]


@every_clock
async def test_clocks_that_differ_pause_nothing_and_are_named_once(
    bedroom: Bedroom, dials: Dials, off: Off, cluster: LocalCluster, caplog: pytest.LogCaptureFixture
) -> None:
    bedroom.deploy()
    await asyncio.sleep(1.2)
    off.turn(dials)
    first, second = await enforce(bedroom), await enforce(bedroom)
    by_hand = await bedroom.start(policy=MANUAL, window_end=datetime.now(UTC) + 8 * HOUR)
    refused = await by_hand.result()
    reconciled = await reconcile(bedroom)
    assert first.skipped.startswith(off.said)
    assert second.started == 0
    assert (refused.outcome, refused.sentence) == ("not paused", first.skipped)
    assert reconciled.clocks.objection == first.skipped
    assert (bedroom.replicas(), bedroom.annotations()) == (3, {})
    assert not [request for request in requests(cluster, bedroom.namespace) if request.startswith("patch")]
    assert len(alerts(caplog)) == 1
    assert off.said in alerts(caplog)[0]


@every_clock
async def test_no_timer_wakes_early_and_a_signal_wakes_at_once(
    bedroom: Bedroom, dials: Dials, off: Off, caplog: pytest.LogCaptureFixture
) -> None:
    handle = await sleep_an_hour(bedroom)
    off.turn(dials)
    await handle.signal(CHECK)
    await looked(handle, 1)
    await skip(bedroom, dials, off, handle, 0.9)
    await handle.signal(CHECK)
    await looked(handle, 2)
    assert bedroom.replicas() == 0
    await skip(bedroom, dials, off, handle, 0.2)
    if off.delays:
        await looked(handle, 3)
        assert (bedroom.replicas(), (await bedroom.status(handle)).phase) == (0, Phase.ASLEEP)
        await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE, Phase.COOLING)
    assert bedroom.replicas() == 3
    assert len(alerts(caplog)) == 1


async def test_while_temporal_is_ahead_a_sleeper_looks_every_few_minutes_and_wakes_when_the_difference_is_over(
    bedroom: Bedroom, dials: Dials
) -> None:
    an_hour_ahead = Off(server=-HOUR, worker=-HOUR)
    handle = await sleep_an_hour(bedroom)
    await skip(bedroom, dials, an_hour_ahead, handle, 1.01)
    await looked(handle, 1)
    await skip(bedroom, dials, an_hour_ahead, handle, 0.8)
    assert 5 <= await looks(handle) <= 15
    assert bedroom.replicas() == 0
    assert "Temporal's clock is" in (await bedroom.status(handle)).trouble
    await skip(bedroom, dials, an_hour_ahead, handle, 0.4)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3


async def test_as_soon_as_the_clocks_agree_again_what_is_due_wakes(bedroom: Bedroom, dials: Dials) -> None:
    handle = await sleep_an_hour(bedroom)
    await skip(bedroom, dials, TEMPORAL_AHEAD, handle, 1.1)
    await looked(handle, 1)
    assert bedroom.replicas() == 0
    await skip(bedroom, dials, Off(), handle, 0.1)
    await bedroom.reach(handle, Phase.COOLING)
    assert bedroom.replicas() == 3
    assert bedroom.annotations()["awake-because"] == "cooldown"


async def test_skipped_time_alone_is_a_temporal_that_is_ahead(bedroom: Bedroom, dials: Dials) -> None:
    handle = await sleep_an_hour(bedroom)
    await bedroom.skip(handle, 1.1)
    await looked(handle, 1)
    assert bedroom.replicas() == 0
    assert "Temporal's clock is" in (await bedroom.status(handle)).trouble
    started = [
        event.event_time.ToDatetime(UTC)
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    ]
    assert started[-1] - datetime.now(UTC) > HOUR
    await handle.signal(REACTIVATE)
    await bedroom.reach(handle, Phase.AWAKE)
    assert bedroom.replicas() == 3


async def test_an_overdue_sleeper_is_adopted_and_waits_for_the_difference_to_be_over(
    bedroom: Bedroom, dials: Dials
) -> None:
    lost = await bedroom.put_to_sleep(resume_after=2 * HOUR)
    await bedroom.lose(lost)
    dials.turn(server=-3 * HOUR, worker=-3 * HOUR)
    now = datetime.now(UTC)
    bedroom.annotate(
        resume_at=(now - HOUR).isoformat(timespec="seconds"), paused_at=(now - 11 * HOUR).isoformat(timespec="seconds")
    )
    first = await reconcile(bedroom)
    assert first.found[Discrepancy.ADOPTED] >= 1
    adopted = bedroom.environment.client.get_workflow_handle(
        id_of(bedroom.product.settings.cluster, bedroom.namespace, "web"),
        result_type=HibernationResult,
    )
    bedroom.handles.append(adopted)
    await looked(adopted, 1)
    assert bedroom.replicas() == 0
    second = await reconcile(bedroom)
    assert Discrepancy.OVERDUE not in second.found
    dials.turn()
    await adopted.signal(CHECK)
    await bedroom.reach(adopted, Phase.COOLING)
    assert bedroom.replicas() == 3


async def by_signal(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    await handle.signal(REACTIVATE, "anna")


async def by_update(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    await handle.execute_update(RESUME_NOW, WakeRequest(by="anna"), result_type=HibernationStatus)


async def by_cancel(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    await handle.cancel()


async def by_exclusion(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    bedroom.annotate(exclude="true")
    await handle.signal(CHECK)


async def by_raising_the_count(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    bedroom.scale(3)
    await handle.signal(CHECK)


async def by_deleting_the_policy(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    bedroom.source.policies = ()
    await handle.signal(CHECK, {"gone_policy": "idle-dev"})


async def by_suspending_the_policy(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    bedroom.source.policies = (policy(resumeAfter="10h", suspend=True),)
    await handle.signal(CHECK)


async def by_a_deploy(bedroom: Bedroom, handle: WorkflowHandle[Any, Any]) -> None:
    before = bedroom.read()
    bedroom.deploy_again()
    await asyncio.to_thread(wait_for, lambda: _revision(bedroom) != before.revision)
    await handle.signal(CHECK)


def _revision(bedroom: Bedroom) -> str:
    workload = bedroom.read()
    return workload.revision


@either_way
@pytest.mark.parametrize(
    "ask",
    [
        by_signal,
        by_update,
        by_cancel,
        by_exclusion,
        by_raising_the_count,
        by_deleting_the_policy,
        by_suspending_the_policy,
        by_a_deploy,
    ],
    ids=lambda ask: ask.__name__.replace("_", " "),
)
async def test_what_a_person_asks_for_wakes_at_once_and_holds_by_both_clocks(
    bedroom: Bedroom, dials: Dials, off: Off, ask: Any
) -> None:
    handle = await bedroom.put_to_sleep()
    paused_at = from_rfc3339(bedroom.annotations()["paused-at"])
    off.turn(dials)
    await ask(bedroom, handle)
    await bedroom.reach(handle, Phase.AWAKE, Phase.COOLING)
    assert bedroom.replicas() == 3
    carried = bedroom.annotations()
    resumed_at, awake_until = from_rfc3339(carried["resumed-at"]), from_rfc3339(carried["awake-until"])
    assert "paused" not in carried
    assert resumed_at >= paused_at
    assert awake_until - resumed_at == timedelta(minutes=30)
    assert awake_until > datetime.now(UTC) + max(off.server, timedelta(0)) + timedelta(minutes=25)


async def test_kept_awake_until_a_time_that_is_over_by_temporals_clock_alone(bedroom: Bedroom, dials: Dials) -> None:
    handle = await bedroom.put_to_sleep()
    await bedroom.skip(handle, 5)
    now = datetime.now(UTC).replace(microsecond=0)
    await handle.execute_update(KEEP_AWAKE, Until(until=now + HOUR, by="anna", asked_at=now))
    assert (await handle.result()).outcome == "woken"
    assert bedroom.replicas() == 3
    assert from_rfc3339(bedroom.annotations()["awake-until"]) == now + HOUR


async def test_a_clock_that_jumps_during_a_pause_leaves_nothing_behind(bedroom: Bedroom, dials: Dials) -> None:
    bedroom.deploy()
    dials.server.ahead_at_writes = 3 * HOUR
    handle = await bedroom.start()
    result = await handle.result()
    assert result.outcome == "not paused"
    assert "3h ahead of Temporal's and the worker's" in result.sentence
    assert (bedroom.replicas(), bedroom.annotations()) == (3, {})


async def test_an_exclusion_that_was_over_before_the_sleep_does_not_begin_again_when_a_clock_goes_back(
    bedroom: Bedroom, dials: Dials
) -> None:
    bedroom.deploy(annotations={"finops.io/exclude-until": (datetime.now(UTC) - HOUR).isoformat(timespec="seconds")})
    bedroom.names.append("web")
    handle = await bedroom.put_to_sleep()
    dials.turn(server=-3 * HOUR)
    await handle.signal(CHECK)
    await looked(handle, 1)
    assert bedroom.replicas() == 0
