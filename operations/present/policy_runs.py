"""The runs of policies as Temporal keeps them: what each came to, and where its page is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import CLUSTER, POLICY
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.names import ENFORCEMENT
from policies.runs.enforcement import EnforcementResult, JudgedRun
from worker.temporal.run_results import read_result
from worker.temporal.web_ui import WebUi

_AT_ONCE = 16
"""So many results are read at the same time."""
_LOOKED_AT = 500
"""So many runs are looked through for those that did something: more than a day of them, every five minutes."""


class PolicyRun(Frozen):
    """One run of a policy, or several in a row that did nothing for the same reason: then the latest of them."""

    workflow_id: str
    run_id: str
    at: datetime
    ended: datetime | None = None
    status: str
    """`running`, `completed`, `terminated`, ...: what became of the workflow."""
    sentence: str = ""
    """What it came to."""
    left_result: bool = False
    """Whether it is over, and left a result that can be read."""
    judged: bool = False
    """False where it did nothing, as between two windows."""
    dry_run: bool = True
    started: int = 0
    """How many it put to sleep."""
    decisions: Mapping[Reason, int] = {}
    """How many Deployments it judged for which reason."""
    last_judged: JudgedRun | None = None
    """This run, or the last before it that judged anything; None where it left no result that can be read."""
    page: str = ""
    """Its page in the Temporal UI, where the address of one is known."""
    repeats: int = 1
    """How many runs in a row this stands for."""


async def read_recent_runs(
    client: Client, cluster: str, policy: str, most: int, ui: WebUi | None
) -> tuple[PolicyRun, ...]:
    """The latest runs of a policy, newest first; those in a row that did nothing alike are one. `ui` is where their
    pages are, if that is known. Raises RPCError.
    """
    found: list[PolicyRun] = []
    async for several in _some_at_once(_list(client, cluster, policy)):
        for read in await asyncio.gather(*(_read(client, run, ui) for run in several)):
            if found and _is_alike(found[-1], read):
                found[-1] = found[-1].replace(repeats=found[-1].repeats + 1)
            elif len(found) == most:
                return tuple(found)
            else:
                found.append(read)
    return tuple(found)


async def read_last_run(client: Client, cluster: str, policy: str, ui: WebUi | None) -> PolicyRun | None:
    """The last run of a policy that left a result; None where there was none. Raises RPCError."""
    async for run in _list(client, cluster, policy):
        read = await _read(client, run, ui)
        if read.left_result:
            return read
    return None


async def _some_at_once(runs: AsyncIterator[WorkflowExecution]) -> AsyncIterator[list[WorkflowExecution]]:
    """The same, a few together."""
    several: list[WorkflowExecution] = []
    async for run in runs:
        several.append(run)
        if len(several) == _AT_ONCE:
            yield several
            several = []
    if several:
        yield several


async def _list(client: Client, cluster: str, policy: str) -> AsyncIterator[WorkflowExecution]:
    """The runs of a policy, newest first: all values are names that were validated."""
    query = f"WorkflowType = '{ENFORCEMENT}' AND {CLUSTER.name} = '{cluster}' AND {POLICY.name} = '{policy}'"
    try:
        async for run in client.list_workflows(query, limit=_LOOKED_AT, page_size=50):
            yield run
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            raise


async def _read(client: Client, run: WorkflowExecution, ui: WebUi | None) -> PolicyRun:
    status = WorkflowExecutionStatus.RUNNING if run.status is None else run.status
    result = (
        await read_result(client, run.id, run.run_id, EnforcementResult)
        if status is WorkflowExecutionStatus.COMPLETED
        else None
    )
    name = status.name.lower().replace("_", " ")
    seen = PolicyRun(
        workflow_id=run.id,
        run_id=run.run_id,
        at=run.start_time,
        ended=run.close_time,
        status=name,
        sentence="it runs at this moment" if run.close_time is None else f"{name}: it left no result",
        page="" if ui is None else ui.run_page(run.id, run.run_id),
    )
    return seen if result is None else _with_result(seen, result)


def _with_result(seen: PolicyRun, result: EnforcementResult) -> PolicyRun:
    return seen.replace(
        left_result=True,
        sentence=result.sentence,
        judged=not result.skipped,
        dry_run=result.dry_run,
        started=result.started,
        decisions=result.decisions,
        last_judged=result.last_judged,
    )


def _is_alike(before: PolicyRun, run: PolicyRun) -> bool:
    """Whether both did nothing, for the same reason."""
    return run.left_result and not (before.judged or run.judged) and before.sentence == run.sentence
