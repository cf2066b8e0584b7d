"""A run that stops starting before it is through: somebody ends its turn while it judges, or starting fails."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from cases import workload
from kept_histories import keep_history
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.runs.judge_page import PageJudged, PageOrder
from activities.runs.open_and_start import OpenRun, RunClosed, RunOpened, Started, StartOrder
from policies.checks.decision import Candidate
from policies.checks.reasons import Reason
from policies.names import turn_id
from policies.runs.digests import Digest
from policies.runs.enforcement import Enforcement, EnforcementResult
from policies.sleep.messages import Terms
from policies.workload import Observation
from workflows.enforcement import EnforcementWorkflow
from workflows.turns import TurnWorkflow

pytestmark = pytest.mark.temporal
CANDIDATE = Candidate(seen=Observation(ref=workload().ref, resource_version="42", generation=1, replicas=3))


MANY = tuple(
    CANDIDATE.replace(seen=CANDIDATE.seen.replace(ref=workload(name=f"app-{number:03}").ref)) for number in range(300)
)


class Told:
    """The activities of a run. While it judges, its turn is terminated, and it has heard so before it goes on."""

    def __init__(self, client: Client, cluster: str) -> None:
        self._client = client
        self._turn = client.get_workflow_handle(turn_id(cluster))
        self.started = 0

    @activity.defn
    async def open_run(self, _: OpenRun) -> RunOpened:
        return RunOpened(dry_run=False, terms=Terms(not_after=datetime.now(UTC)))

    @activity.defn
    async def judge_page(self, _: PageOrder) -> PageJudged:
        await self._turn.terminate()
        run = self._client.get_workflow_handle(activity.info().workflow_id or "")
        ended = EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED
        while ended not in [event.event_type async for event in run.fetch_history_events()]:
            await asyncio.sleep(0.05)
        return PageJudged(candidates=(CANDIDATE,), decisions={Reason.PAUSE: 1})

    @activity.defn
    async def start_hibernations(self, _: StartOrder) -> Started:
        self.started += 1
        return Started(started=1, already=0)

    @activity.defn
    async def close_run(self, _: RunClosed) -> None:
        """Nothing is counted."""

    @activity.defn
    async def tell_run(self, _: Digest) -> None:
        """Nobody is told."""


async def run(client: Client, cluster: str, told: Told, *activities: Callable[..., Any]) -> EnforcementResult:
    """One run, beside these activities and those that every run has."""
    async with Worker(
        client,
        task_queue=cluster,
        workflows=[EnforcementWorkflow, TurnWorkflow],
        activities=[told.open_run, told.close_run, told.tell_run, *activities],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        result = await client.execute_workflow(
            EnforcementWorkflow.run, Enforcement(cluster=cluster, policy="idle"), id=cluster, task_queue=cluster
        )
        await keep_history(client, cluster)
        await keep_history(client, turn_id(cluster), suffix="_turn")
    return result


async def test_a_run_whose_turn_is_ended_by_hand_starts_nothing_and_says_why(temporal_client: Client) -> None:
    cluster = f"lost-{uuid4().hex[:8]}"
    told = Told(temporal_client, cluster)
    result = await run(temporal_client, cluster, told, told.judge_page, told.start_hibernations)
    assert told.started == result.started == 0
    assert result.sentence == (
        "0 of 1 Deployment go to sleep, 1 to wait for the next run; "
        "somebody ended its turn by hand, so it started nothing more."
    )


class FailingLater(Told):
    """The same, with its turn left alone: the second batch cannot be started."""

    @activity.defn(name="judge_page")
    async def judge_all(self, _: PageOrder) -> PageJudged:
        return PageJudged(candidates=MANY, decisions={Reason.PAUSE: len(MANY)})

    @activity.defn(name="start_hibernations")
    async def start_some(self, order: StartOrder) -> Started:
        if self.started:
            raise ApplicationError("visibility is throttled", non_retryable=True)
        self.started = len(order.candidates)
        return Started(started=self.started, already=0)


async def test_a_run_that_cannot_start_all_says_whom_it_started_and_why_no_more(temporal_client: Client) -> None:
    cluster = f"failing-{uuid4().hex[:8]}"
    told = FailingLater(temporal_client, cluster)
    result = await run(temporal_client, cluster, told, told.judge_all, told.start_some)
    assert 0 < result.started == told.started < len(MANY)
    assert result.chosen_last == MANY[told.started - 1].seen.ref
    assert result.last_judged is not None
    assert result.sentence == (
        f"{told.started} of 300 Deployments go to sleep, {300 - told.started} to wait for the next run; then starting "
        "failed, and the next run goes on: visibility is throttled."
    )
