"""One run of a cluster judges and starts at a time, in whichever worker, and nobody waits for that in a slot."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import pytest
from cases import policy
from deployments import create_ready, deployment
from hibernations import Source
from ids import id_of
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from localcluster import LocalCluster
from policies.checks.limits import Census
from policies.names import ENFORCEMENT, TURN, enforcement_id, run_queue, turn_id
from policies.policy.document import EnforcementPolicy
from policies.runs.enforcement import Enforcement, EnforcementResult
from worker.cluster.cluster import Cluster
from worker.embedded.temporal import EmbeddedTemporal
from worker.service.assembly import running_workers
from worker.settings.settings import Settings
from worker.temporal.attributes import register_attributes
from worker.temporal.connection import connect_to

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

EACH = 4
"""Deployments under either policy."""


@dataclass
class Replicas:
    """Two workers of one cluster."""

    client: Client
    product: Cluster
    source: Source

    @property
    def name(self) -> str:
        """What the cluster is called."""
        return self.product.settings.cluster

    def asking(self, name: str, namespace: str, percent: int, mode: str = "Enforce") -> EnforcementPolicy:
        """A policy over one namespace that may have so much of the cluster asleep."""
        return policy(
            name,
            scope={"namespaces": {"include": [namespace]}},
            cooldownWindow="1s",
            minHourlyCost=0.001,
            resumeAfter="10h",
            limits={"maxAffectedPercent": percent},
            mode=mode,
        )

    async def start(self, under: str) -> WorkflowHandle[object, EnforcementResult]:
        """A run of a policy."""
        return await self.client.start_workflow(
            ENFORCEMENT,
            Enforcement(cluster=self.name, policy=under),
            id=enforcement_id(self.name, under),
            task_queue=run_queue(self.name),
            result_type=EnforcementResult,
        )

    async def count(self, namespace: str) -> Census:
        """The cluster as a run counts it, whatever other tests have left in it."""
        self.source.policies = (self.asking("counts", namespace, 100, mode="DryRun"),)
        return (await (await self.start("counts")).result()).census

    async def hold_turn(self) -> WorkflowHandle[object, None]:
        """As a run does that goes on for long."""
        return await self.client.start_workflow(
            TURN, Enforcement(cluster=self.name, policy="slow"), id=turn_id(self.name), task_queue=run_queue(self.name)
        )


@pytest.fixture
async def replicas(
    temporal_server: EmbeddedTemporal, temporal_client: Client, cluster: LocalCluster
) -> AsyncIterator[Replicas]:
    await register_attributes(temporal_client)
    other_client = await connect_to(temporal_server.target)
    settings = Settings(cluster=f"turns-{uuid4().hex[:8]}", kubeconfig=cluster.kubeconfig, pauses_per_second=200)
    product, source = Cluster.connect(settings, instance="me"), Source()
    identity = product.identity()
    async with (
        running_workers(temporal_client, product, source.snapshot, identity),
        running_workers(other_client, product, source.snapshot, identity),
    ):
        yield Replicas(temporal_client, product, source)


async def test_two_runs_at_one_instant_do_not_pass_the_limit_together_whichever_replica_serves_them(
    replicas: Replicas, cluster: LocalCluster, namespace: str, fresh_namespace: Callable[[], str]
) -> None:
    namespaces = (namespace, fresh_namespace())
    names = [f"web-{number}" for number in range(EACH)]
    create_ready(cluster.objects, *(deployment(place, name) for place in namespaces for name in names))
    await asyncio.sleep(1.2)
    census = await replicas.count(namespace)
    allowed = math.ceil(100 * (census.asleep + EACH) / census.deployments)  # as one of them wants, and less than both
    replicas.source.policies = tuple(replicas.asking(place, place, allowed) for place in namespaces)
    runs = await asyncio.gather(*[replicas.start(place) for place in namespaces])
    results = await asyncio.gather(*(run.result() for run in runs))
    for place in namespaces:
        for name in names:
            with suppress(RPCError):
                await replicas.client.get_workflow_handle(id_of(replicas.name, place, name)).terminate()
        cluster.objects.delete(f"/apis/apps/v1/namespaces/{place}/deployments")
    assert sorted(result.started for result in results) == [0, EACH]
    assert [result.started for result in results if result.brake is not None] == [0]


async def test_a_run_waits_for_its_turn_without_an_activity_and_takes_it_as_soon_as_it_is_free(
    replicas: Replicas, namespace: str
) -> None:
    replicas.source.policies = (replicas.asking("idle", namespace, 50),)
    held = await replicas.hold_turn()
    run = await replicas.start("idle")
    while await times_refused(run) < 2:
        await asyncio.sleep(0.05)
    assert not (await run.describe()).raw_description.pending_activities
    await held.cancel()
    assert not (await run.result()).skipped
    await held.result()


async def test_a_run_that_has_nothing_to_judge_does_not_wait_for_a_turn(replicas: Replicas) -> None:
    replicas.source.policies = (policy("idle", suspend=True),)
    held = await replicas.hold_turn()
    assert "suspended" in (await (await replicas.start("idle")).result()).skipped
    await held.terminate()


async def test_the_turn_ends_with_its_run_however_that_ends(replicas: Replicas, namespace: str) -> None:
    """Here somebody terminates the run while it has the turn."""
    replicas.source.policies = (replicas.asking("idle", namespace, 50),)
    for _ in range(3):
        run = await replicas.start("idle")
        turn = replicas.client.get_workflow_handle(turn_id(replicas.name))
        while not await is_open(turn):
            await asyncio.sleep(0.01)
        with suppress(RPCError):  # it may be over already
            await run.terminate()
        while await is_open(turn):
            await asyncio.sleep(0.05)


async def times_refused(run: WorkflowHandle[object, EnforcementResult]) -> int:
    """How often the run found the turn taken."""
    kinds = [event.event_type async for event in run.fetch_history_events()]
    return kinds.count(EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED)


async def is_open(handle: WorkflowHandle[object, object]) -> bool:
    try:
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError:
        return False
