"""The real parts of a fault case put together: control plane, Temporal, the product's worker, the proxy between."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cases import policy
from deployments import deployment, wait_for
from hibernations import COST, Source
from ids import id_of
from manifests import installed
from orders import pause_order
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from activities.clocks import ClockComparison, compare_clocks
from activities.hibernation.starting import start_hibernation
from activities.hibernation.visibility import HIBERNATION_STATE
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from faults.actors import Actors
from faults.proxy import FaultProxy
from faults.renewals import ACCOUNT, Door
from faults.revisions import Revisions
from faults.silence import Silence
from faults.subjects import Subject
from faults.suites import Case
from localcluster import ApiError, LocalCluster, ObjectClient
from policies.annotations import PREFIX
from policies.keys import WorkloadKey
from policies.names import HIBERNATION, RECONCILIATION, run_queue
from policies.sleep.messages import Hibernation, HibernationResult, Phase
from policies.sleep.reconciliation import Reconcile, ReconcileResult
from policies.workload import observe
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

REPLICAS = 2
RESUME_AFTER = timedelta(hours=10)
LOOK_SECONDS = 0.7
RECONCILE_SECONDS = 5.0
_SEEN_WITHIN = 4.0


@dataclass
class Stage:
    """Where cases are played."""

    name: str
    """Of the cluster in workflow ids, and of the namespace."""
    client: Client
    product: Cluster
    direct: Workloads
    """The Deployments past the proxy, for the evaluation that a case begins with."""
    proxy: FaultProxy
    revisions: Revisions
    actors: Actors
    instance: str = "me"
    silence: Silence | None = None
    """Where workers may die over an activity."""
    open: dict[str, str] = field(default_factory=dict)
    """The phase of every open hibernation, as visibility shows it."""
    reconciled: list[ReconcileResult] = field(default_factory=list)
    looked: asyncio.Condition = field(default_factory=asyncio.Condition)

    def furnish(self, cases: list[Case]) -> list[Subject]:
        """A Deployment for each case, ready."""
        objects = self.actors.objects
        subjects = [Subject(self.name, f"case-{number:04d}") for number in range(len(cases))]
        wanted = {subject.key: deployment(*subject.key, replicas=REPLICAS) for subject in subjects}
        self.actors.manifests = wanted
        for subject, case in zip(subjects, cases, strict=True):
            if case.reads_stale:
                self.revisions.keep_whole(*subject.key)
        objects.create_all(wanted.values())
        # An image that is set before the first one was rolled out leaves no revision to go back to.
        wait_for(self.are_ready, what="the Deployments of the cases")
        for subject, case in zip(subjects, cases, strict=True):
            if case.needs_an_older_revision:
                self.actors.run(subject.namespace, "set", "image", f"deployment/{subject.name}", "main=example/app:2")
            if case.needs_an_autoscaler:
                subject.autoscaled = True
                objects.create(_autoscaler(subject))
        wait_for(self.are_ready, what="their second revisions")
        for subject in subjects:
            self.observe(subject)
        return subjects

    def observe(self, subject: Subject) -> None:
        """From now on its requests follow its plan."""
        self.proxy.watch_over(subject)
        if self.silence is not None:
            self.silence.subjects[subject.key] = subject

    def are_ready(self) -> bool:
        """Whether every Deployment is there and available."""
        return all(
            item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
            and item["status"].get("availableReplicas", 0) == item["status"].get("updatedReplicas", 0) == REPLICAS
            and item["status"].get("replicas") == REPLICAS
            for item in self.actors.objects.list(f"/apis/apps/v1/namespaces/{self.name}/deployments")
        )

    def handle(self, subject: Subject) -> WorkflowHandle[object, HibernationResult]:
        """Its hibernation."""
        return self.client.get_workflow_handle(
            id_of(self.name, *subject.key),
            result_type=HibernationResult,
        )

    async def pause(self, subject: Subject, *, resume_after: timedelta = RESUME_AFTER) -> bool:
        """Start a hibernation, as an enforcement would on what it just evaluated. False where there is nothing to."""
        workload = await asyncio.to_thread(self.direct.read, WorkloadKey(*subject.key))
        if workload is None or workload.replicas == 0:
            return False
        subject.cycle += 1
        await start_hibernation(
            self.client,
            Hibernation(
                cluster=self.name,
                instance=self.instance,
                ref=workload.ref,
                pause=pause_order(
                    seen=observe(workload, PREFIX),
                    policy="idle-dev",
                    not_after=datetime.now(UTC) + timedelta(minutes=10),
                    resume_after=resume_after,
                    cost=COST,
                    autoscaled=subject.autoscaled,
                ),
            ),
        )
        return True

    def phase(self, subject: Subject) -> str:
        """The phase visibility shows, or nothing."""
        return self.open.get(id_of(self.name, *subject.key), "")

    async def reach(self, subject: Subject, *phases: Phase, within: float = 300.0) -> str:
        """Wait for one of these phases, or for the end (answered as nothing)."""
        deadline = asyncio.get_running_loop().time() + within
        began = asyncio.get_running_loop().time()
        while True:
            phase = self.phase(subject)
            if phase in phases:
                return phase
            now = asyncio.get_running_loop().time()
            if not phase and now - began > _SEEN_WITHIN and await self.is_over(subject):
                return ""
            if now > deadline:
                return phase
            async with self.looked:
                await self.looked.wait()

    async def is_over(self, subject: Subject) -> bool:
        """Whether no hibernation of it is open; when the last one was closed is noted."""
        try:
            description = await self.handle(subject).describe()
        except RPCError:
            return True
        if description.status is WorkflowExecutionStatus.RUNNING:
            return False
        if description.close_time is not None:
            subject.ended.setdefault(subject.cycle, description.close_time.timestamp())
        return True

    async def keep_looking(self) -> None:
        """Ask visibility for all of them, again and again."""
        query = f"WorkflowType = '{HIBERNATION}' AND Cluster = '{self.name}' AND ExecutionStatus = 'Running'"
        while True:
            with suppress(RPCError):  # a busy machine: whoever waits for a look waits for the next
                self.open = {
                    execution.id: execution.typed_search_attributes.get(HIBERNATION_STATE) or ""
                    async for execution in self.client.list_workflows(query, page_size=1000)
                }
            async with self.looked:
                self.looked.notify_all()
            await asyncio.sleep(LOOK_SECONDS)

    async def keep_reconciling(self) -> None:
        """What the Schedule does every five minutes, here every few seconds."""
        for number in itertools.count(1):
            await asyncio.sleep(RECONCILE_SECONDS)
            self.reconciled.append(
                await self.client.execute_workflow(
                    RECONCILIATION,
                    Reconcile(cluster=self.name),
                    id=f"reconcile/{self.name}-{number}",
                    task_queue=run_queue(self.name),
                    result_type=ReconcileResult,
                )
            )


@asynccontextmanager
async def open_stage(
    cluster: LocalCluster,
    client: Client,
    folder: Path,
    kubectl: str,
    *,
    name: str = "faults",
    silence: Silence | None = None,
    clocks: ClockComparison = compare_clocks,
    cooldown: str = "1s",
    renewing: bool = False,
) -> AsyncIterator[Stage]:
    """Everything up, with the worker behind the proxy. The client has `silence` among its interceptors; `renewing` puts
    a door in front of the proxy.
    """
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    identity = install(cluster)
    source = Source()
    source.reset()
    source.policies = (policy(resumeAfter="10h", cooldownWindow=cooldown),)
    async with AsyncExitStack() as stack:
        revisions = stack.enter_context(Revisions(cluster.objects))
        proxy = stack.enter_context(FaultProxy(cluster, revisions))
        door = Door(cluster, proxy.port, folder / "door") if renewing else None
        by_proxy = proxy.kubeconfig(folder / f"{name}.kubeconfig", identity)
        settings = Settings(
            cluster=name,
            kubeconfig=by_proxy if door is None else stack.enter_context(door.open()),
            state_dir=folder / name,
            pauses_per_second=500,
            wakes_per_second=500,
        )
        product = Cluster.connect(settings, instance="me")
        stack.callback(product.close)
        stage = Stage(
            name=name,
            client=client,
            product=product,
            direct=Workloads(KubeTransport.connect(cluster.kubeconfig)),
            proxy=proxy,
            revisions=revisions,
            actors=Actors(cluster, kubectl, {}, door),
            silence=silence,
        )
        await stack.enter_async_context(
            running_workers(client, product, source.snapshot, product.identity(), clocks=clocks)
        )
        chores = [asyncio.create_task(stage.keep_looking()), asyncio.create_task(stage.keep_reconciling())]
        try:
            yield stage
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)


def install(cluster: LocalCluster) -> Path:
    """The shipped role for the shipped service account; a kubeconfig with its real token, once its rights hold."""
    for item in installed("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"):
        with suppress(ApiError):  # another test may have installed it
            cluster.objects.create(item)
    wait_for(lambda: _may_list(cluster.objects_as(*ACCOUNT)), what="the rights of the service account")
    return cluster.kubeconfig_for(*ACCOUNT)


def _may_list(client: ObjectClient) -> bool:
    with client, suppress(ApiError):
        return bool(client.get("/apis/apps/v1/deployments", limit=1))
    return False


def _autoscaler(subject: Subject) -> dict[str, object]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": subject.namespace, "name": subject.name},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": subject.name},
            "minReplicas": 1,
            "maxReplicas": 5,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
                }
            ],
        },
    }
