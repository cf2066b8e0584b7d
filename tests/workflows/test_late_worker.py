"""Nobody was there between the evaluation and its end: what comes up later pauses nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cases import policy
from deployments import annotations_of, create_ready, deployment, replicas_of
from hibernations import Source
from ids import id_of
from orders import pause_order
from temporalio.testing import WorkflowEnvironment

from activities.hibernation.starting import start_hibernation
from localcluster import LocalCluster
from policies.annotations import PREFIX
from policies.keys import WorkloadKey
from policies.sleep.messages import Hibernation, HibernationResult
from policies.workload import observe
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def test_a_worker_that_comes_after_the_decision_expired_pauses_nothing(
    skipping: WorkflowEnvironment, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    settings = Settings(cluster="late", kubeconfig=cluster.kubeconfig)
    product = Cluster.connect(settings, instance="me")
    workload = product.workloads.read(WorkloadKey(namespace, "web"))
    assert workload is not None
    hibernation = Hibernation(
        cluster="late",
        instance="me",
        ref=workload.ref,
        pause=pause_order(
            seen=observe(workload, PREFIX), policy="idle-dev", not_after=datetime.now(UTC) + timedelta(seconds=2)
        ),
    )
    await start_hibernation(skipping.client, hibernation)
    await asyncio.sleep(2.5)
    source = Source(policies=(policy(),))
    async with running_workers(skipping.client, product, source.snapshot, product.identity()):
        handle = skipping.client.get_workflow_handle(id_of("late", namespace, "web"), result_type=HibernationResult)
        result = await handle.result()
    assert result.outcome == "not paused"
    assert "expired" in result.sentence
    assert replicas_of(cluster.objects, namespace, "web") == 3
    assert annotations_of(cluster.objects, namespace, "web") == {}
