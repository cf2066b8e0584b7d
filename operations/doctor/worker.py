"""The part of `finops doctor` about the worker: does it poll, and does it answer, for some seconds running."""

import asyncio
from datetime import UTC, datetime, timedelta

from pydantic import Field
from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from activities.kube.lists import KubeModel, ListPage, decode
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport
from operations.doctor.check_results import CheckResult, Level, fail, ok, warn
from operations.doctor.sleepers import check_unwatched
from operations.installation import Installation
from operations.temporal import has_worker
from operations.times import show_time
from policies.names import reconcile_id
from worker.temporal.reconciliations import STALLED_AFTER
from worker.temporal.run_results import list_recent_runs

LOOKS = 2
SECONDS_BETWEEN_LOOKS = 2.0
_ANSWERS_WITHIN = timedelta(seconds=10)
_DEPLOYMENTS = "/apis/apps/v1/deployments"
_OURS = "app.kubernetes.io/name=finops-enforcer,app.kubernetes.io/component=worker"


class _DeploymentStatus(KubeModel):
    available: int = Field(default=0, alias="availableReplicas")


class _WorkerDeployment(KubeModel):
    metadata: ObjectMeta
    status: _DeploymentStatus = _DeploymentStatus()


async def check_worker(installation: Installation, client: Client) -> list[CheckResult]:
    """Temporal remembers a worker for minutes after its end, so one that polls has to answer, too. Where there is none,
    also what sleeps with nobody to wake it. Raises RPCError.
    """
    if await has_worker(client, installation.settings.cluster):
        answer = await _check_answers(client, installation.settings.cluster)
        if answer.level is not Level.FAIL:
            return [answer]
    else:
        answer = await _judge_absence(installation, client)
    return [answer, *await asyncio.to_thread(check_unwatched, installation)]


async def _judge_absence(installation: Installation, client: Client) -> CheckResult:
    deployed = await asyncio.to_thread(_find_deployed, installation)
    if not deployed:
        return warn(
            "worker", "none polls: nothing is paused and nothing wakes", "start `finops run` or `finops worker`"
        )
    cluster = installation.settings.cluster
    return fail(
        "worker",
        f"none polls for {cluster} in namespace {client.namespace}, although {', '.join(deployed)} is up",
        "compare its FINOPS_CLUSTER, TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE with those of here; see its log",
    )


async def _check_answers(client: Client, cluster: str) -> CheckResult:
    """A query of the last reconciliation, which takes a worker that lives; in a crash loop none answers twice."""
    recent = await list_recent_runs(client, reconcile_id(cluster))
    if not recent:
        return ok("worker", "polls for this cluster")
    handle = client.get_workflow_handle(recent[0])
    description = await handle.describe()
    for look in range(LOOKS):
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS if look else 0)
        try:
            await handle.query("__stack_trace", rpc_timeout=_ANSWERS_WITHIN)
        except RPCError:
            return fail(
                "worker",
                f"one polled for this cluster minutes ago, and none answers within {_ANSWERS_WITHIN.seconds} s",
                "it has ended, or starts again and again: see its log, and kubectl get pods where it runs in a cluster",
            )
    late = datetime.now(UTC) - description.start_time
    if late > STALLED_AFTER:
        sentence = f"answers, and its last reconciliation began {show_time(description.start_time)}"
        return warn("worker", sentence, "see whether the Schedule reconcile/... is paused, and the worker's log")
    return ok("worker", f"polls for this cluster, and answered {LOOKS} times in {SECONDS_BETWEEN_LOOKS:g} s")


def _find_deployed(installation: Installation) -> list[str]:
    """Deployments of a worker that are up in this cluster, as far as that can be seen."""
    try:
        return find_worker_deployments(installation.cluster.transport)
    except IoError:
        return []


def find_worker_deployments(transport: KubeTransport) -> list[str]:
    """`namespace/name` of every Deployment that the chart made for a worker and that has a pod available.

    Raises KubernetesError.
    """
    page = decode(ListPage[_WorkerDeployment], transport.request("GET", _DEPLOYMENTS, query={"labelSelector": _OURS}))
    return [f"{each.metadata.namespace}/{each.metadata.name}" for each in page.items or () if each.status.available]
