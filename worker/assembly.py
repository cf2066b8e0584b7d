"""The Temporal workers of a cluster, put together: workflows, activities, queues, limits."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.clocks import ClockComparison, Clocks, compare_clocks, read_own_clock
from activities.consulting import ConsultActivities
from activities.contests import ContestActivities
from activities.enforcing import EnforceActivities
from activities.judging import JudgeActivities
from activities.kube.autoscalers import read_bounds
from activities.kube.events import EventRecorder
from activities.kube.namespaces import NamespaceMarks, read_namespace, read_namespaces
from activities.lease import RunLease
from activities.ordering import OrderingActivities
from activities.reconciling import ReconcileActivities
from activities.refusals import Refusals
from activities.snapshot import Snapshots
from activities.telling import TellActivities
from activities.writes import WriteActivities
from policies.digests import Message
from policies.names import pause_queue, task_queue, wake_queue
from policies.status import PolicyFigures
from worker.cluster import Cluster
from worker.runner import workflow_runner
from workflows.enforcement import EnforcementWorkflow
from workflows.hibernation import HibernationWorkflow
from workflows.reconciliation import ReconciliationWorkflow

DEPLOYMENT = "finops-enforcer"
WORKFLOWS: Sequence[type] = (EnforcementWorkflow, HibernationWorkflow, ReconciliationWorkflow)

_THREADS = 8
_PAUSES_AT_ONCE = 4
_WAKES_AT_ONCE = 8
_WORKFLOW_TASKS_AT_ONCE = 4
"""Each has a thread; more than the cores can use only cost memory."""
_CACHED_WORKFLOWS = 20
"""Sized by memory: a cached hibernation costs 200 KB here (100 of them: 157 MB after a run of 1,000; 20: see
benchmarks/), and one that is not cached wakes no slower."""
_GRACE = timedelta(seconds=25)
"""Longer than the two writes of a pause at their time-outs, so that a stop never falls between them."""


def build_workers(
    client: Client,
    cluster: Cluster,
    snapshots: Snapshots,
    identity: str,
    clocks: Clocks,
    note_figures: Callable[[Mapping[str, PolicyFigures]], None] | None,
    tell: Callable[[Message], None],
    unseen: Callable[[], tuple[str, ...]],
) -> tuple[ThreadPoolExecutor, tuple[Worker, ...]]:
    """The workers of the three queues, and the threads their Kubernetes activities run in."""
    threads = ThreadPoolExecutor(_THREADS + _PAUSES_AT_ONCE + _WAKES_AT_ONCE, thread_name_prefix="kubernetes")
    settings = cluster.settings
    verify = partial(cluster.confirm, identity)
    marks = NamespaceMarks(partial(read_namespaces, cluster.transport))
    consult = ConsultActivities(
        cluster.deployments,
        snapshots,
        verify,
        lambda ref: read_bounds(cluster.transport, ref),
        clocks,
        marks.of,
    )
    contests = ContestActivities()
    ordering = OrderingActivities(cluster.deployments)
    telling = TellActivities(tell)
    events = EventRecorder(cluster.transport, cluster.instance) if settings.events else None
    refusals = Refusals()
    writes = WriteActivities(
        cluster.deployments,
        snapshots,
        cluster.protections,
        partial(read_namespace, cluster.transport),
        clocks,
        refusals,
        events,
    )
    judge = JudgeActivities(cluster.deployments, snapshots, cluster.gatherer().gather, clocks, refusals)
    enforce = EnforceActivities(
        snapshots, RunLease(), verify, instance=cluster.instance, min_sleep=lambda: settings.min_sleep
    )
    reconcile = ReconcileActivities(
        cluster.deployments,
        cluster.replica_sets,
        snapshots,
        clocks,
        verify,
        marks.refresh,
        note_figures,
        unseen,
        instance=cluster.instance,
    )
    deployment = deployment_config(versioned=settings.worker_versioning)
    main = Worker(
        client,
        task_queue=task_queue(settings.cluster),
        workflows=WORKFLOWS,
        activities=[
            consult.consult,
            contests.recall_reasserts,
            contests.tell_contested,
            writes.send_resume,
            writes.send_record,
            writes.send_note,
            judge.judge_page,
            enforce.open_run,
            enforce.start_hibernations,
            enforce.close_run,
            reconcile.reconcile,
            ordering.look_at_targets,
            ordering.look_who_is_up,
            telling.tell_run,
        ],
        activity_executor=threads,
        max_concurrent_activities=_THREADS,
        max_cached_workflows=_CACHED_WORKFLOWS,
        max_concurrent_workflow_tasks=_WORKFLOW_TASKS_AT_ONCE,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=_GRACE,
        workflow_runner=workflow_runner(),
        deployment_config=deployment,
    )
    limited = partial(
        Worker,
        client,
        activity_executor=threads,
        graceful_shutdown_timeout=_GRACE,
        deployment_config=deployment,
    )
    pauses = limited(
        task_queue=pause_queue(settings.cluster),
        activities=[writes.send_pause],
        max_concurrent_activities=_PAUSES_AT_ONCE,
        max_task_queue_activities_per_second=settings.pauses_per_second,
    )
    wakes = limited(
        task_queue=wake_queue(settings.cluster),
        activities=[writes.send_resume],
        max_concurrent_activities=_WAKES_AT_ONCE,
        max_task_queue_activities_per_second=settings.wakes_per_second,
    )
    return threads, (main, pauses, wakes)


def deployment_config(*, versioned: bool) -> WorkerDeploymentConfig:
    """The version of this build. Sleeps move on to newer builds by themselves: a pinned one would hang with its build.

    A behaviour without worker versioning is refused by the SDK, and one on the workflow classes by the server.
    """
    build = WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=version(DEPLOYMENT))
    if not versioned:
        return WorkerDeploymentConfig(version=build, use_worker_versioning=False)
    return WorkerDeploymentConfig(
        version=build, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
    )


@asynccontextmanager
async def running_workers(
    client: Client,
    cluster: Cluster,
    snapshots: Snapshots,
    identity: str,
    clocks: ClockComparison = compare_clocks,
    own_clock: Callable[[], datetime] = read_own_clock,
    note_figures: Callable[[Mapping[str, PolicyFigures]], None] | None = None,
    tell: Callable[[Message], None] = lambda _: None,
    unseen: Callable[[], tuple[str, ...]] = tuple,
) -> AsyncIterator[tuple[Worker, ...]]:
    """The workers, polling until the block ends; then they finish what they do.

    `note_figures` is told what a reconciliation saw of each policy, and `tell` what people are to hear of a run;
    `unseen` answers the rights that are missing.
    """
    compared = Clocks(cluster.transport.server_now, clocks, own_clock)
    threads, workers = build_workers(client, cluster, snapshots, identity, compared, note_figures, tell, unseen)
    async with AsyncExitStack() as stack:
        stack.callback(threads.shutdown, wait=False)
        for worker in workers:
            await stack.enter_async_context(worker)
        yield workers
