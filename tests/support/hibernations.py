"""Putting Deployments to sleep in tests: through the product's own workflow, in front of the real control plane."""

import itertools
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from cases import policy
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
from eventually import eventually
from orders import pause_order
from refusals import scaling_refused
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.hibernation.starting import start_hibernation
from activities.snapshot import Hold, Snapshot
from localcluster import ObjectClient
from policies.annotations import PREFIX
from policies.costs.cost import HourlyCost
from policies.keys import WorkloadKey
from policies.names import (
    ENFORCEMENT,
    RECONCILIATION,
    STATUS,
    enforcement_id,
    hibernation_id,
    reconcile_id,
    run_queue,
)
from policies.policy.document import EnforcementPolicy
from policies.runs.enforcement import Enforcement, EnforcementResult
from policies.sleep.messages import Hibernation, HibernationResult, HibernationStatus, Phase
from policies.sleep.reconciliation import Reconcile, ReconcileResult
from policies.workload import Workload, observe
from worker.cluster.cluster import Cluster

ResultT = TypeVar("ResultT")
_RUNS = itertools.count(1)
Handle = WorkflowHandle[Any, HibernationResult]
COST = HourlyCost(amount=0.1, currency="USD", source="price list")


def clocks_agree(reading: datetime, server_time: datetime) -> timedelta:
    """In skipped time Temporal's clock and the cluster's have nothing to do with each other."""
    return timedelta(0)


@dataclass
class Source:
    """The worker's view of policies and hold, set by the test."""

    policies: tuple[EnforcementPolicy, ...] = ()
    hold: Hold | None = None
    complete: bool = True

    def reset(self) -> None:
        """One enforcing policy, no hold."""
        self.policies, self.hold, self.complete = (policy(resumeAfter="10h"),), None, True

    def snapshot(self) -> Snapshot:
        """What the activities are given: read this moment."""
        return Snapshot(read_at=datetime.now(UTC), policies=self.policies, complete=self.complete, hold=self.hold)


@dataclass
class Bedroom:
    """One namespace, and what a test does in it."""

    environment: WorkflowEnvironment
    product: Cluster
    objects: ObjectClient
    source: Source
    namespace: str
    names: list[str] = field(default_factory=list)
    handles: list[WorkflowHandle[Any, HibernationResult]] = field(default_factory=list)
    runs: list[WorkflowHandle[Any, Any]] = field(default_factory=list)
    """Enforcements and reconciliations that the test started itself."""

    def deploy(self, name: str = "web", **how: Any) -> str:
        """A Deployment of three replicas, ready."""
        create_ready(self.objects, deployment(self.namespace, name, **how))
        return name

    def read(self, name: str = "web") -> Workload:
        """A Deployment as it is now."""
        found = self.product.workloads.read(WorkloadKey(self.namespace, name))
        assert found is not None
        return found

    async def start(
        self, name: str = "web", *, expires_after: timedelta = timedelta(minutes=10), **order: Any
    ) -> WorkflowHandle[Any, HibernationResult]:
        """Start its hibernation, with time standing still until `skip` is called."""
        workload = self.read(name)
        ordinary: dict[str, Any] = {
            "seen": observe(workload, PREFIX),
            "policy": "idle-dev",
            "not_after": datetime.now(UTC) + expires_after,
            "resume_after": timedelta(hours=10),
            "cost": COST,
        }
        return await self.begin(
            Hibernation(
                cluster=self.product.settings.cluster,
                instance="me",
                ref=workload.ref,
                pause=pause_order(**(ordinary | order)),
            )
        )

    async def begin(self, hibernation: Hibernation) -> WorkflowHandle[Any, HibernationResult]:
        """Start any hibernation, with time standing still."""
        await start_hibernation(self.environment.client, hibernation)
        ref = hibernation.ref
        handle = self.environment.client.get_workflow_handle(
            hibernation_id(hibernation.cluster, ref.key), result_type=HibernationResult
        )
        self.handles.append(handle)
        return handle

    async def end(self) -> None:
        """End what the test left open."""
        for handle in self.handles:
            with suppress(RPCError):
                await handle.terminate()

    async def put_to_sleep(self, name: str = "web", **order: Any) -> WorkflowHandle[Any, HibernationResult]:
        """Deploy it and wait until it sleeps."""
        if name not in self.names:
            self.names.append(self.deploy(name))
        handle = await self.start(name, **order)
        await self.reach(handle, Phase.ASLEEP)
        assert self.replicas(name) == 0
        return handle

    async def lose(self, handle: WorkflowHandle[Any, HibernationResult]) -> None:
        """Temporal forgets it, and visibility, which is a moment behind, knows."""
        await handle.terminate()
        query = f"WorkflowId = '{handle.id}' AND ExecutionStatus = 'Running'"
        client = self.environment.client
        await eventually(lambda: client.count_workflows(query), lambda found: not found.count, what="visibility")

    async def reach(self, handle: WorkflowHandle[Any, Any], *phases: Phase) -> HibernationStatus:
        """Wait until the hibernation is in one of these phases."""
        return await eventually(
            lambda: self.status(handle), lambda status: status.phase in phases, what=f"one of {phases}"
        )

    async def status(self, handle: WorkflowHandle[Any, Any]) -> HibernationStatus:
        """What the query answers."""
        answer: HibernationStatus = await handle.query(STATUS, result_type=HibernationStatus)
        return answer

    async def skip(self, handle: WorkflowHandle[Any, Any], hours: float) -> None:
        """Send the hibernation through that many hours."""
        await self.environment.fast_forward(handle, timedelta(hours=hours))

    def replicas(self, name: str = "web") -> int:
        """What the cluster says."""
        return replicas_of(self.objects, self.namespace, name)

    def annotations(self, name: str = "web") -> dict[str, str]:
        """What it carries of ours, without the prefix."""
        return annotations_of(self.objects, self.namespace, name)

    def patch(self, change: dict[str, Any], name: str = "web", subresource: str = "") -> None:
        """What somebody else does to it."""
        self.objects.patch(path_of(self.namespace, name) + subresource, change)

    def annotate(self, name: str = "web", /, **annotations: str | None) -> None:
        """Somebody sets or removes annotations of ours."""
        patch = {f"{PREFIX}{key.replace('_', '-')}": value for key, value in annotations.items()}
        self.patch({"metadata": {"annotations": patch}}, name)

    def scale(self, replicas: int, name: str = "web") -> None:
        """Somebody scales it."""
        self.patch({"spec": {"replicas": replicas}}, name, "/scale")

    def scaling_refused(self) -> AbstractContextManager[None]:
        """An admission policy that refuses every scale in the namespace."""
        return scaling_refused(self.objects, self.namespace, self.names[0])

    def autoscale(self, low: int, high: int, name: str = "web") -> None:
        """A HorizontalPodAutoscaler that the real controller has looked at. For its period of 15 s it then corrects
        nothing.
        """
        self.objects.create(autoscaler(self.namespace, name, low, high))
        path = f"/apis/autoscaling/v2/namespaces/{self.namespace}/horizontalpodautoscalers/{name}"
        wait_for(lambda: bool(self.objects.get(path)["status"].get("conditions")), what="the autoscaler's first look")

    def scaled_and_seen(self, replicas: int, name: str = "web") -> None:
        """Somebody scales it, and the deployment controller has noticed."""
        self.scale(replicas, name)
        wait_for(lambda: self.is_observed(name), what="the deployment controller")

    def is_observed(self, name: str = "web") -> bool:
        """Whether the deployment controller has seen the present spec."""
        return is_observed(self.objects, self.namespace, name)

    def deploy_again(self, name: str = "web") -> None:
        """A new image comes in."""
        container = {"name": "main", "image": "example/app:2"}
        self.objects.patch(
            path_of(self.namespace, name),
            {"spec": {"template": {"spec": {"containers": [container]}}}},
            kind="application/strategic-merge-patch+json",
        )


async def runs_of(client: Client, workflow_id: str) -> list[WorkflowHistory]:
    """The histories of a workflow and of all that it continued from, the first one first."""
    found: list[WorkflowHistory] = []
    run_id: str | None = None
    while run_id != "":
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        found.insert(0, history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


async def reconcile(bedroom: Bedroom) -> ReconcileResult:
    """One reconciliation of the whole cluster, as the Schedule would start it."""
    cluster = bedroom.product.settings.cluster
    return await _run(bedroom, RECONCILIATION, Reconcile(cluster=cluster), reconcile_id(cluster), ReconcileResult)


async def enforce(bedroom: Bedroom, name: str = "idle-dev") -> EnforcementResult:
    """One run of a policy, as its Schedule would start it."""
    cluster = bedroom.product.settings.cluster
    enforcement = Enforcement(cluster=cluster, policy=name)
    return await _run(bedroom, ENFORCEMENT, enforcement, enforcement_id(cluster, name), EnforcementResult)


async def _run(bedroom: Bedroom, kind: str, argument: Any, workflow_id: str, result_type: type[ResultT]) -> ResultT:
    handle = await bedroom.environment.client.start_workflow(
        kind,
        argument,
        id=f"{workflow_id}-{next(_RUNS)}",
        task_queue=run_queue(bedroom.product.settings.cluster),
        result_type=result_type,
    )
    bedroom.runs.append(handle)
    result: ResultT = await handle.result()
    return result
