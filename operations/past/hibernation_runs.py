"""The runs of one workload's hibernation that Temporal knows, open and closed, as far back as they are kept."""

from datetime import datetime
from functools import partial

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.hibernation.visibility import HIBERNATION_STATE, POLICY
from operations.past.event_history import read_each
from operations.past.run_story import read_story
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import hibernation_id
from policies.sleep.ledger import Slept
from policies.sleep.messages import AWAKE_PHASES, HibernationResult
from worker.temporal.retention import find_horizon
from worker.temporal.run_results import read_result


class HibernationRun(Frozen):
    """One run of a workload's hibernation."""

    run_id: str
    uid: str = ""
    """Of the Deployment it was about: a later one of the same name is another."""
    status: str
    """`running`, `completed`, `terminated`, ...: what became of the workflow."""
    phase: str = ""
    """Of an open one."""
    began: datetime
    ended: datetime | None = None
    policy: str = ""
    pause_id: str = ""
    original_replicas: int | None = None
    outcome: str = ""
    sentence: str = ""
    """Why it ended."""
    sleeps: tuple[Slept, ...] = ()
    """In order, those of the runs before that it goes on from too. The last one has no end where it goes on."""
    slept_seconds: float | None = None
    """All of them together, and so with what they avoided."""
    avoided_cost: float | None = None
    currency: str = ""
    trouble: str = ""
    """What of it could not be read."""

    @property
    def is_open(self) -> bool:
        """Whether its workflow is still running."""
        return self.ended is None

    @property
    def continued(self) -> bool:
        """Whether the next run goes on where this one stopped, and tells all that it told."""
        return self.status == "continued_as_new"

    @property
    def has_to_wake(self) -> bool:
        """Whether it is open with a workload to wake."""
        return self.is_open and self.phase not in AWAKE_PHASES


class KnownRuns(Frozen):
    """All that Temporal knows of one workload, newest first."""

    server: str
    asked_at: datetime
    since: datetime
    """Older hibernations are forgotten, or from before this Temporal."""
    kept_days: int
    hibernations: tuple[HibernationRun, ...] = ()


async def read_runs(client: Client, cluster: str, workload: WorkloadKey, now: datetime) -> KnownRuns:
    """Everything Temporal knows of the workload's sleeps. Raises RPCError."""
    kept, since = await find_horizon(client, cluster, now)
    query = f"WorkflowId = '{hibernation_id(cluster, workload)}'"
    runs = sorted([run async for run in client.list_workflows(query)], key=lambda run: run.start_time, reverse=True)
    return KnownRuns(
        server=client.service_client.config.target_host,
        asked_at=now,
        since=since,
        kept_days=kept.days,
        hibernations=tuple(await read_each(runs, partial(_read, client, now))),
    )


async def _read(client: Client, now: datetime, run: WorkflowExecution) -> HibernationRun:
    status = WorkflowExecutionStatus.RUNNING if run.status is None else run.status
    attributes = run.typed_search_attributes
    known = HibernationRun(
        run_id=run.run_id,
        status=status.name.lower(),
        phase=(attributes.get(HIBERNATION_STATE) or "") if status is WorkflowExecutionStatus.RUNNING else "",
        began=run.start_time,
        ended=run.close_time,
        policy=attributes.get(POLICY) or "",
    )
    try:
        if status is WorkflowExecutionStatus.COMPLETED:
            result = await read_result(client, run.id, run.run_id, HibernationResult)
            if result is not None:
                return _with_result(known, result)
            known = known.replace(trouble="its result cannot be read")
        return await _with_story(client, run, known, now)
    except RPCError as error:
        return known.replace(trouble=f"Temporal does not tell more: {error.message}")


def _with_result(known: HibernationRun, result: HibernationResult) -> HibernationRun:
    slept = result.slept_seconds > 0
    return known.replace(
        uid=result.ref.uid,
        original_replicas=result.original_replicas,
        outcome=result.outcome,
        sentence=result.sentence,
        slept_seconds=result.slept_seconds if slept else None,
        avoided_cost=result.avoided_cost if slept and result.currency else None,
        currency=result.currency,
        sleeps=result.sleeps,
    )


async def _with_story(client: Client, run: WorkflowExecution, known: HibernationRun, now: datetime) -> HibernationRun:
    """What the events of a run tell: what it began with, the last record it acted on, its sleeps, and how it ended."""
    story = await read_story(client, run)
    begun, record = story.begun, story.record
    if begun is None:
        known = known.replace(trouble=known.trouble or "its input cannot be read")
    elif record is None and begun.pause is not None:
        known = known.replace(original_replicas=begun.pause.seen.replicas)
    known = known.replace(uid="" if begun is None else begun.ref.uid, sentence=story.ending)
    if record is not None:
        told = {"pause_id": record.pause_id, "policy": record.policy, "original_replicas": record.original_replicas}
        known = known.replace(**told)
    return _with_sleeps(known, story.sleeps, now)


def _with_sleeps(known: HibernationRun, sleeps: tuple[Slept, ...], now: datetime) -> HibernationRun:
    """All of them together, also the one that goes on."""
    if not sleeps:
        return known
    seconds = sum(max(((sleep.end or now) - sleep.start).total_seconds(), 0) for sleep in sleeps)
    avoided = [cost for sleep in sleeps if (cost := sleep.avoided_by(now)) is not None]
    currency = next((sleep.cost.currency for sleep in reversed(sleeps) if sleep.cost is not None), "")
    return known.replace(
        sleeps=sleeps, slept_seconds=seconds, avoided_cost=sum(avoided) if avoided else None, currency=currency
    )
