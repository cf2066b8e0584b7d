"""Back to the version before and forward again, with sleepers in every state.

The version before is the real one: a worker of an older commit, in a process of its own, against the same API server
and the same Temporal. While it works, nothing that a person protects may be paused. What it lacks it cannot do: it may
refuse a run whose last result holds a code of the newer version, and leave a workflow waiting whose history it does not
understand. Once the present version is back, all of that goes on, and every workload ends at its count.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from deployments import (
    annotations_of,
    autoscaler,
    create_ready,
    deployment,
    is_observed,
    path_of,
    replicas_of,
    wait_for,
)
from faults.revisions import Revisions
from older import of_tree, unpack_older
from refusals import scaling_refused
from services import Service, enforcing
from temporalio import workflow
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.visibility import CLUSTER, HIBERNATION_STATE, WORKLOAD_NAMESPACE
from localcluster import LocalCluster
from policies.annotations import Because, WakeNote
from policies.enforcement import EnforcementResult
from policies.hibernation import Hibernation
from policies.names import (
    CHECK,
    ENFORCEMENT,
    HIBERNATION,
    RECONCILIATION,
    hibernation_id,
    policy_schedule_id,
    reconcile_id,
    task_queue,
)
from policies.reconciling import ReconcileResult
from policies.workload import WorkloadRef

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]

COUNTS = {"policed": 2, "excluded": 1, "kept": 2, "cooling": 3}
"""Under a policy that lets everything sleep until somebody wakes it."""
BY_HAND = {"manual": 2, "extended": 3, "timer": 1, "reasserted": 4, "contested": 4, "damaged": 3, "held-back": 2}
REFUSED = {"refused": 2}
TIMER_SECONDS = 120


class Sleepers:
    """An installation whose workers are of one version or another, and the Deployments it works on."""

    def __init__(self, service: Service, cluster: LocalCluster, client: Client, *spaces: str) -> None:
        self.service, self.objects, self.client = service, cluster.objects, client
        self.name = service.environment["FINOPS_CLUSTER"]
        self.policed, self.by_hand, self.refusing = spaces

    def count(self, space: str, name: str) -> int:
        return replicas_of(self.objects, space, name)

    def pause(self, space: str, *names: str, duration: str = "8h") -> None:
        for name in names:
            self.service.run("pause", f"{space}/{name}", "--for", duration, "--timeout", "60s")

    async def overwrite(self, name: str, times: int) -> None:
        """An autoscaler writes 4 over the zero of ours, so many times."""
        for _ in range(times):
            self.objects.patch(f"{path_of(self.by_hand, name)}/scale", {"spec": {"replicas": 4}})
            wait_for(lambda: is_observed(self.objects, self.by_hand, name))
            record = annotations_of(self.objects, self.by_hand, name).get("pause-id")
            await self.client.get_workflow_handle(hibernation_id(self.name, self.by_hand, name)).signal(CHECK)
            wait_for(
                lambda record=record: annotations_of(self.objects, self.by_hand, name).get("pause-id") != record,  # type: ignore[misc]
                what=f"{name} to be looked at",
            )

    async def let_run(self, rounds: int) -> None:
        """So many reconciliations, and as many runs of the policy."""
        schedules = [self.client.get_schedule_handle(reconcile_id(self.name))]
        for handle in (*schedules, self.client.get_schedule_handle(policy_schedule_id(self.name, "idle"))):
            for _ in range(rounds):
                before = (await handle.describe()).info.num_actions
                await handle.trigger()
                await _until(lambda handle=handle, before=before: _is_over(self.client, handle, before))  # type: ignore[misc]


async def _until(reached: Any, seconds: float = 30) -> None:
    """As `wait_for`; but what an older version cannot finish is not waited for any longer."""
    ends = asyncio.get_running_loop().time() + seconds
    while not await reached() and asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(0.1)


async def _is_over(client: Client, handle: Any, before: int) -> bool:
    info = (await handle.describe()).info
    if info.num_actions <= before or not info.recent_actions:
        return False
    action = info.recent_actions[-1].action
    assert isinstance(action, ScheduleActionExecutionStartWorkflow)
    try:
        described = await client.get_workflow_handle(
            action.workflow_id, run_id=action.first_execution_run_id
        ).describe()
    except RPCError:
        return False
    return described.status is not WorkflowExecutionStatus.RUNNING


@pytest.fixture
def service(request: pytest.FixtureRequest, cluster: LocalCluster, temporal: str, tmp_path: Path) -> Iterator[Service]:
    name = "rollback" if "back" in request.node.name else "tomorrow"
    made = Service(cluster.kubeconfig, tmp_path, cluster=name, interval="2s", TEMPORAL_ADDRESS=temporal)
    yield made
    if not made.ended:
        made.kill()


async def test_back_to_the_version_before_and_forward_again_no_count_is_lost(
    service: Service, cluster: LocalCluster, temporal_client: Client, fresh_namespace: Any, tmp_path: Path
) -> None:
    older = of_tree(unpack_older(tmp_path / "older"))
    sleepers = Sleepers(service, cluster, temporal_client, *(fresh_namespace() for _ in range(3)))
    wanted = {
        (space, name): count
        for space, counts in zip(
            (sleepers.policed, sleepers.by_hand, sleepers.refusing), (COUNTS, BY_HAND, REFUSED), strict=True
        )
        for name, count in counts.items()
    }
    with Revisions(cluster.objects) as revisions:
        service.start_worker()
        await bring_into_every_state(sleepers)
        with scaling_refused(cluster.objects, sleepers.refusing, "refused"):
            service.run("resume", f"{sleepers.refusing}/refused")
            wait_for(lambda: phases(service)["refused"] == "resume-failing", what="the refused wake")
            assert service.stop() == 0

            while_nobody_works(sleepers)
            assert "older" in run_of_tree(service, older)
            service.start_worker(**older)
            assert not service.ended, service.log.read_text()[-2000:]
            await sleepers.let_run(3)
            assert service.stop() == 0
            protected(sleepers, revisions)

            service.start_worker()
            await sleepers.let_run(1)
        for name in ("timer", "refused"):
            space = sleepers.by_hand if name == "timer" else sleepers.refusing
            wait_for(lambda: sleepers.count(space, name) == wanted[space, name], seconds=400, what=name)  # noqa: B023
        protected(sleepers, revisions)
        service.run("delete", "idle", "--yes")
        service.run("resume", "--all", "--yes")
        for (space, name), count in wanted.items():
            wait_for(lambda: sleepers.count(space, name) == count, seconds=400, what=f"{name} at {count}")  # noqa: B023
            wait_for(lambda: "paused" not in annotations_of(cluster.objects, space, name), what=name)  # noqa: B023
        assert not set(phases(service).values()) & {"pausing", "asleep", "resuming", "resume-failing"}
        protected(sleepers, revisions)
        assert service.stop() == 0


async def bring_into_every_state(sleepers: Sleepers) -> None:
    """Asleep by a policy, by hand, prolonged, on a timer, asserted again, contested; cooling, kept awake, excluded."""
    service, objects = sleepers.service, sleepers.objects
    policed = [deployment(sleepers.policed, name, replicas=count) for name, count in COUNTS.items()]
    policed[1]["metadata"]["annotations"]["finops.io/exclude"] = "true"
    first = {"reasserted": 2, "contested": 2}
    by_hand = [deployment(sleepers.by_hand, name, replicas=first.get(name, count)) for name, count in BY_HAND.items()]
    create_ready(objects, *policed, *by_hand, deployment(sleepers.refusing, "refused", replicas=2))
    service.run("keep-awake", f"{sleepers.policed}/kept", "--for", "4h")
    sleepers.pause(sleepers.policed, "cooling")
    service.run("resume", f"{sleepers.policed}/cooling", "--wait")
    service.apply(enforcing("idle", sleepers.policed))
    for name in first:
        objects.create(autoscaler(sleepers.by_hand, name, 2, 6))
    sleepers.pause(sleepers.by_hand, "manual", "damaged", "reasserted", "contested")
    await sleepers.overwrite("reasserted", 1)
    await sleepers.overwrite("contested", 3)
    sleepers.pause(sleepers.by_hand, "extended", duration="1h")
    sleepers.pause(sleepers.by_hand, "extended", duration="8h")
    sleepers.pause(sleepers.refusing, "refused")
    sleepers.pause(sleepers.by_hand, "timer", duration=f"{TIMER_SECONDS}s")
    wait_for(lambda: sleepers.count(sleepers.policed, "policed") == 0, what="the policy")
    found = phases(service)
    assert {name: found[name] for name in ("policed", "manual", "extended", "reasserted", "damaged", "timer")} == (
        dict.fromkeys(("policed", "manual", "extended", "reasserted", "damaged", "timer"), "asleep")
    )
    assert {found["cooling"], found["kept"], found["contested"]} <= {"cooling", "awake"}


def while_nobody_works(sleepers: Sleepers) -> None:
    """A record is damaged, and a pause is asked for that the next worker carries out, whichever that is."""
    garbage = {"metadata": {"annotations": {"finops.io/original-replicas": "many"}}}
    sleepers.objects.patch(path_of(sleepers.by_hand, "damaged"), garbage)
    asked = ("pause", f"{sleepers.by_hand}/held-back", "--for", "8h", "--timeout", "1s")
    assert "is recorded" in sleepers.service.run(*asked, succeeds=False).stderr
    assert phases(sleepers.service)["held-back"] == "pausing"


def protected(sleepers: Sleepers, revisions: Revisions) -> None:
    """What a person excluded, keeps awake or woke, and what is contested, was not paused again, whoever worked."""
    pauses = {
        name: sum(before.replicas > 0 == after.replicas for before, after in pairwise(revisions.of(space, name)))
        for space, name in (
            (sleepers.policed, "excluded"),
            (sleepers.policed, "kept"),
            (sleepers.policed, "cooling"),
            (sleepers.by_hand, "contested"),
        )
    }
    assert pauses == {"excluded": 0, "kept": 0, "cooling": 1, "contested": 3}


def phases(service: Service) -> dict[str, str]:
    return {row["name"]: row["phase"] for row in service.ask("status")["hibernations"]}


def run_of_tree(service: Service, environment: dict[str, str]) -> str:
    """Where the program of that environment comes from."""
    asked = [sys.executable, "-c", "import cli, workflows.life; print(workflows.life.__file__)"]
    return subprocess.run(
        asked, env=service.environment | environment, capture_output=True, text=True, check=True
    ).stdout


def result_of_tomorrow(model: EnforcementResult | ReconcileResult, **more: Any) -> dict[str, Any]:
    """A result with codes and a field that this version does not know."""
    return {**model.model_dump(mode="json"), "dreams": 1, **more}


@workflow.defn(name=ENFORCEMENT)
class EnforcementOfTomorrow:
    """A run of a later version."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        result = EnforcementResult(policy="idle", sentence="it dreamt")
        return result_of_tomorrow(result, decisions={"Dreaming": 3}, told_window="tomorrow")


@workflow.defn(name=RECONCILIATION)
class ReconciliationOfTomorrow:
    """A reconciliation of a later version."""

    @workflow.run
    async def run(self, _: Any) -> Any:
        return result_of_tomorrow(ReconcileResult(at=workflow.now()), found={"dreaming": 2})


async def test_results_and_phases_of_tomorrow_stop_nothing(
    service: Service, cluster: LocalCluster, temporal_client: Client, fresh_namespace: Any
) -> None:
    """Without the version before: it cannot help these."""
    sleepers = Sleepers(service, cluster, temporal_client, *(fresh_namespace() for _ in range(3)))
    create_ready(cluster.objects, *(deployment(sleepers.policed, name, replicas=2) for name in ("first", "dreamer")))
    service.start_worker()
    service.apply(enforcing("idle", sleepers.policed))
    wait_for(lambda: sleepers.count(sleepers.policed, "first") == 0, what="the first pause")
    service.run("resume", f"{sleepers.policed}/dreamer", "--wait")
    assert service.stop() == 0
    later = [EnforcementOfTomorrow, ReconciliationOfTomorrow]
    runner = UnsandboxedWorkflowRunner()
    async with Worker(temporal_client, task_queue=task_queue(sleepers.name), workflows=later, workflow_runner=runner):
        await sleepers.let_run(1)
    await dream(temporal_client, service, WorkloadRef(namespace=sleepers.refusing, name="dreamer"))

    service.start_worker()
    create_ready(cluster.objects, deployment(sleepers.policed, "second", replicas=1))
    wait_for(lambda: sleepers.count(sleepers.policed, "second") == 0, what="a run after one of tomorrow")
    await sleepers.let_run(1)
    wait_for(lambda: service.ask("status")["reconciliation"]["found"].get("dreaming") is None, what="a reconciliation")
    service.run("delete", "idle", "--yes")
    for name, count in (("first", 2), ("second", 1), ("dreamer", 2)):
        wait_for(lambda: sleepers.count(sleepers.policed, name) == count, what=name)  # noqa: B023
    assert service.stop() == 0


async def dream(client: Client, service: Service, ref: WorkloadRef) -> None:
    """An open hibernation in a phase that this version does not know."""
    cluster, now = service.environment["FINOPS_CLUSTER"], datetime.now(UTC).replace(microsecond=0)
    note = WakeNote(resumed_at=now, awake_until=now + timedelta(minutes=1), because=Because.KEEP_AWAKE)
    await client.start_workflow(
        HIBERNATION,
        Hibernation(cluster=cluster, instance=service.environment["FINOPS_INSTANCE"], ref=ref, awake=note),
        id=hibernation_id(cluster, ref.namespace, ref.name),
        task_queue=task_queue(cluster),
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(CLUSTER, cluster),
                SearchAttributePair(WORKLOAD_NAMESPACE, ref.namespace),
                SearchAttributePair(HIBERNATION_STATE, "dreaming"),
            ]
        ),
    )
