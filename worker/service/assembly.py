"""The Temporal workers of a cluster, put together: workflows, activities, queues, limits."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.alerts.refusals import Refusals
from activities.clocks import ClockComparison, Clocks, compare_clocks, read_own_clock
from activities.hibernation.look import ConsultActivities
from activities.hibernation.neighbours import OrderingActivities
from activities.hibernation.raised_counts import ContestActivities
from activities.hibernation.writes import WriteActivities
from activities.kube.objects.autoscalers import read_bounds
from activities.kube.objects.events import EventRecorder
from activities.kube.objects.namespaces import LONGEST_WAIT, NamespaceMarks, read_namespace, read_namespaces
from activities.messages.tell import TellActivities
from activities.reconciliation.compare import ReconcileActivities
from activities.runs.judge_page import JudgeActivities
from activities.runs.open_and_start import EnforceActivities
from activities.snapshot import Snapshots
from policies.names import pause_queue, run_queue, task_queue, wake_queue
from policies.resource.status import PolicyFigures
from policies.runs.digests import Message
from worker.cluster.cluster import Cluster
from worker.service.runner import workflow_runner
from workflows.enforcement import EnforcementWorkflow
from workflows.hibernation import HibernationWorkflow
from workflows.reconciliation import ReconciliationWorkflow
from workflows.turns import TurnWorkflow

PROGRAM = "finops-enforcer"
RUNS: Sequence[type] = (EnforcementWorkflow, ReconciliationWorkflow, TurnWorkflow)
WORKFLOWS: Sequence[type] = (HibernationWorkflow, *RUNS)

_ASKED_AT_ONCE = 8
_RUNS_AT_ONCE = 4
_PAUSES_AT_ONCE = 4
_WAKES_AT_ONCE = 8
_WORKFLOW_TASKS_AT_ONCE = 4
"""Each has a thread; more than the cores can use only cost memory."""
_RUN_TASKS_AT_ONCE = 2
_CACHED_WORKFLOWS = 20
"""Sized by memory: a cached hibernation costs 200 KB here (100 of them: 157 MB after a run of 1,000; 20: see
benchmarks/), and one that is not cached wakes no slower."""
_CACHED_RUNS = 10
"""A run and a reconciliation at work, the turn, and some that wait for it."""
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
    troubles: Callable[[], Mapping[str, str]],
    open_threads: Callable[[str, int], ThreadPoolExecutor],
) -> tuple[Worker, ...]:
    """The workers of the four queues. Each has slots and threads of its own: what fills one keeps no other waiting."""
    settings = cluster.settings
    verify = partial(cluster.confirm, identity)
    ask_for_one = partial(read_namespace, cluster.transport)
    marks = NamespaceMarks(partial(read_namespaces, cluster.transport), partial(ask_for_one, seconds=LONGEST_WAIT))
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
        ask_for_one,
        clocks,
        refusals,
        events,
    )
    judge = JudgeActivities(cluster.deployments, snapshots, cluster.gatherer().gather, clocks, refusals)
    enforce = EnforceActivities(
        snapshots,
        verify,
        instance=cluster.instance,
        min_sleep=lambda: settings.min_sleep,
        starts_per_second=settings.pauses_per_second,
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
        troubles,
        instance=cluster.instance,
    )

    def seats(name: str, number: int) -> dict[str, Any]:
        return {"max_concurrent_activities": number, "activity_executor": open_threads(name, number)}

    make = partial(
        Worker,
        client,
        graceful_shutdown_timeout=_GRACE,
        deployment_config=deployment_config(settings.cluster, versioned=settings.worker_versioning),
    )
    with_workflows = partial(
        make,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        workflow_runner=workflow_runner(),
    )
    sleepers = with_workflows(
        task_queue=task_queue(settings.cluster),
        workflows=[HibernationWorkflow],
        activities=[
            consult.consult,
            contests.tell_contested,
            writes.send_resume,
            writes.send_record,
            writes.send_note,
            ordering.look_at_targets,
            ordering.look_who_is_up,
        ],
        max_cached_workflows=_CACHED_WORKFLOWS,
        max_concurrent_workflow_tasks=_WORKFLOW_TASKS_AT_ONCE,
        **seats("kubernetes", _ASKED_AT_ONCE),
    )
    runs = with_workflows(
        task_queue=run_queue(settings.cluster),
        workflows=RUNS,
        activities=[
            enforce.open_run,
            judge.judge_page,
            enforce.start_hibernations,
            enforce.close_run,
            reconcile.reconcile,
            contests.recall_reasserts,
            contests.recall_last_sleep,
            telling.tell_run,
        ],
        max_cached_workflows=_CACHED_RUNS,
        max_concurrent_workflow_tasks=_RUN_TASKS_AT_ONCE,
        **seats("runs", _RUNS_AT_ONCE),
    )
    pauses = make(
        task_queue=pause_queue(settings.cluster),
        activities=[writes.send_pause],
        max_task_queue_activities_per_second=settings.pauses_per_second,
        **seats("pauses", _PAUSES_AT_ONCE),
    )
    wakes = make(
        task_queue=wake_queue(settings.cluster),
        activities=[writes.send_resume],
        max_task_queue_activities_per_second=settings.wakes_per_second,
        **seats("wakes", _WAKES_AT_ONCE),
    )
    return (sleepers, runs, pauses, wakes)


def deployment_config(cluster: str, *, versioned: bool) -> WorkerDeploymentConfig:
    """The version of this build. Sleeps move on to newer builds by themselves: a pinned one would hang with its build.
    A deployment for each cluster: the server takes 100 queues in one, and clusters are upgraded one by one.

    A behaviour without worker versioning is refused by the SDK, and one on the workflow classes by the server.
    """
    build = WorkerDeploymentVersion(deployment_name=deployment_name(cluster), build_id=version(PROGRAM))
    if not versioned:
        return WorkerDeploymentConfig(version=build, use_worker_versioning=False)
    return WorkerDeploymentConfig(
        version=build, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
    )


def deployment_name(cluster: str) -> str:
    """What Temporal calls the workers of a cluster, where it minds their versions."""
    return f"{PROGRAM}-{cluster}"


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
    troubles: Callable[[], Mapping[str, str]] = dict,
) -> AsyncIterator[tuple[Worker, ...]]:
    """The workers, polling until the block ends; then they finish what they do.

    `note_figures` is told what a reconciliation saw of each policy, and `tell` what people are to hear of a run;
    `unseen` answers the rights that are missing, and `troubles` what is wrong by part.
    """
    compared = Clocks(cluster.transport.server_now, clocks, own_clock)
    async with AsyncExitStack() as stack:

        def open_threads(name: str, number: int) -> ThreadPoolExecutor:
            threads = ThreadPoolExecutor(number, thread_name_prefix=name)  # each begins when it is needed first
            stack.callback(threads.shutdown, wait=False)
            return threads

        workers = build_workers(
            client, cluster, snapshots, identity, compared, note_figures, tell, unseen, troubles, open_threads
        )
        for worker in workers:
            await stack.enter_async_context(worker)
        yield workers
