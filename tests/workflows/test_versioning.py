"""With worker versioning a hibernation begins as it does without: every other test runs without."""

import asyncio
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest
from cases import policy
from deployments import create_ready, deployment, replicas_of, wait_for
from eventually import eventually
from hibernations import Source
from orders import pause_order
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.hibernation.starting import start_hibernation
from localcluster import LocalCluster
from policies.annotations import PREFIX
from policies.keys import WorkloadKey
from policies.sleep.messages import Hibernation
from policies.workload import observe
from worker.cluster.cluster import Cluster
from worker.service.assembly import PROGRAM, deployment_name, running_workers
from worker.settings.settings import Settings
from worker.temporal.attributes import register_attributes

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


async def test_a_versioned_worker_puts_to_sleep_once_its_version_is_current(
    temporal_client: Client, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    await register_attributes(temporal_client)
    settings = Settings(cluster="versioned", kubeconfig=cluster.kubeconfig, worker_versioning=True)
    product = Cluster.connect(settings, instance="me")
    workload = product.workloads.read(WorkloadKey(namespace, "web"))
    assert workload is not None
    order = pause_order(
        seen=observe(workload, PREFIX), policy="idle-dev", not_after=datetime.now(UTC) + timedelta(minutes=5)
    )
    source = Source(policies=(policy(),))
    async with running_workers(temporal_client, product, source.snapshot, product.identity()):
        await make_current(temporal_client)
        await start_hibernation(
            temporal_client, Hibernation(cluster="versioned", instance="me", ref=workload.ref, pause=order)
        )
        await asyncio.to_thread(wait_for, lambda: replicas_of(cluster.objects, namespace, "web") == 0)


async def make_current(client: Client) -> None:
    """As an operator does after a deploy. The server learns of a version with its first poll."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment_name("versioned"),
        build_id=version(PROGRAM),
        ignore_missing_task_queues=True,
    )

    async def sets_it() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            return False
        return True

    await eventually(sets_it, what="the server to learn of the version")
