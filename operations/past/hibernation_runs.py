"""The runs of one workload's hibernation that Temporal knows, open and closed, as far back as they are kept."""

from datetime import datetime
from functools import partial

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.hibernation.visibility import HIBERNATION_STATE, POLICY
from operations.past.event_history import read_each, read_events, read_result
from policies.annotations import PauseRecord
from policies.costs.savings import saving_of
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import hibernation_id
from policies.sleep.messages import AWAKE_PHASES, Hibernation, HibernationResult, Phase
from worker.temporal.retention import find_horizon


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
    slept_seconds: float | None = None
    avoided_cost: float | None = None
    currency: str = ""
    trouble: str = ""
    """What of it could not be read."""

    @property
    def is_open(self) -> bool:
        """Whether its workflow is still running."""
        return self.ended is None

    @property
    def gives_back(self) -> bool:
        """Whether it is open with a workload to give back."""
        return self.is_open and self.phase not in AWAKE_PHASES


class KnownRuns(Frozen):
    """All that Temporal knows of one workload, newest first."""

    server: str
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
            result = await read_result(client, run)
            if result is not None:
                return _with_result(known, result)
            known = known.replace(trouble="its result cannot be read")
        return await _with_events(client, run, known, now)
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
    )


async def _with_events(client: Client, run: WorkflowExecution, known: HibernationRun, now: datetime) -> HibernationRun:
    """What the events of a run tell: what it began with, the last record it acted on, and how it was ended."""
    begun: Hibernation | None = None
    record: PauseRecord | None = None
    sentence = ""
    async for event in read_events(client, run):
        begun = event.begun or begun
        record = event.record or record
        sentence = event.ending or sentence
    if begun is None:
        known = known.replace(trouble=known.trouble or "its input cannot be read")
    elif record is None and begun.pause is not None:
        known = known.replace(original_replicas=begun.pause.seen.replicas)
    known = known.replace(uid="" if begun is None else begun.ref.uid, sentence=sentence)
    return known if record is None else _with_record(known, record, now)


def _with_record(known: HibernationRun, record: PauseRecord, now: datetime) -> HibernationRun:
    update = {"pause_id": record.pause_id, "policy": record.policy, "original_replicas": record.original_replicas}
    if not known.gives_back or known.phase == Phase.PAUSING:
        return known.replace(**update)
    slept = {"slept_seconds": max((now - record.paused_at).total_seconds(), 0)}
    if record.cost is None:
        return known.replace(**update | slept)
    avoided = saving_of(record.cost, record.paused_at, now).avoided_so_far
    return known.replace(**update | slept | {"avoided_cost": avoided, "currency": record.cost.currency})
