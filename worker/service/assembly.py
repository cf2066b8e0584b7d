"""The Temporal workers of a cluster, put together: workflows, activities, queues, limits."""

from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig

from activities.clocks import ClockComparison, Clocks, compare_clocks, read_own_clock
from activities.snapshot import Snapshots
from policies.names import pause_queue, run_queue, task_queue, wake_queue
from worker.cluster.cluster import Cluster
from worker.service.activity_objects import ActivityObjects, ServiceAround, build_activities
from worker.service.runner import workflow_runner
from worker.settings.settings import Settings
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


class QueueWorkers:
    """Makes the worker of each queue. Each has slots and threads of its own: what fills one does not keep the others
    waiting.
    """

    def __init__(
        self, client: Client, settings: Settings, does: ActivityObjects, open_threads: Callable[[str, int], Executor]
    ) -> None:
        self._settings = settings
        self._does = does
        self._open_threads = open_threads
        self._make = partial(
            Worker,
            client,
            graceful_shutdown_timeout=_GRACE,
            deployment_config=deployment_config(settings.cluster, versioned=settings.worker_versioning),
        )
        self._with_workflows = partial(
            self._make,
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=5),
            workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
            activity_task_poller_behavior=PollerBehaviorAutoscaling(),
            workflow_runner=workflow_runner(),
        )

    def make_all(self) -> tuple[Worker, ...]:
        """The workers of the four queues."""
        return (self._of_sleepers(), self._of_runs(), self._of_pauses(), self._of_wakes())

    def _of_sleepers(self) -> Worker:
        does = self._does
        return self._with_workflows(
            task_queue=task_queue(self._settings.cluster),
            workflows=[HibernationWorkflow],
            activities=[
                does.consult.consult,
                does.contests.tell_contested,
                does.writes.send_resume,
                does.writes.send_clear,
                does.writes.send_record,
                does.writes.send_note,
                does.ordering.look_at_targets,
            ],
            max_cached_workflows=_CACHED_WORKFLOWS,
            max_concurrent_workflow_tasks=_WORKFLOW_TASKS_AT_ONCE,
            **self._seats("kubernetes", _ASKED_AT_ONCE),
        )

    def _of_runs(self) -> Worker:
        does = self._does
        return self._with_workflows(
            task_queue=run_queue(self._settings.cluster),
            workflows=RUNS,
            activities=[
                does.enforce.open_run,
                does.judge.judge_page,
                does.enforce.start_hibernations,
                does.enforce.close_run,
                does.reconcile.reconcile,
                does.contests.recall_reasserts,
                does.contests.recall_last_sleep,
                does.ordering.look_who_is_up,
                does.telling.tell_run,
            ],
            max_cached_workflows=_CACHED_RUNS,
            max_concurrent_workflow_tasks=_RUN_TASKS_AT_ONCE,
            **self._seats("runs", _RUNS_AT_ONCE),
        )

    def _of_pauses(self) -> Worker:
        return self._make(
            task_queue=pause_queue(self._settings.cluster),
            activities=[self._does.writes.send_pause],
            max_task_queue_activities_per_second=self._settings.pauses_per_second,
            **self._seats("pauses", _PAUSES_AT_ONCE),
        )

    def _of_wakes(self) -> Worker:
        return self._make(
            task_queue=wake_queue(self._settings.cluster),
            activities=[self._does.writes.send_resume, self._does.writes.send_clear],
            max_task_queue_activities_per_second=self._settings.wakes_per_second,
            **self._seats("wakes", _WAKES_AT_ONCE),
        )

    def _seats(self, name: str, number: int) -> dict[str, Any]:
        return {"max_concurrent_activities": number, "activity_executor": self._open_threads(name, number)}


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
    around: ServiceAround | None = None,
) -> AsyncIterator[tuple[Worker, ...]]:
    """The workers, polling until the block ends; then they finish what they do."""
    compared = Clocks(cluster.transport.server_now, clocks, own_clock)
    does = build_activities(cluster, snapshots, identity, compared, around or ServiceAround())
    async with AsyncExitStack() as stack:

        def open_threads(name: str, number: int) -> ThreadPoolExecutor:
            threads = ThreadPoolExecutor(number, thread_name_prefix=name)  # each begins when it is needed first
            stack.callback(threads.shutdown, wait=False)
            return threads

        workers = QueueWorkers(client, cluster.settings, does, open_threads).make_all()
        for worker in workers:
            await stack.enter_async_context(worker)
        yield workers
