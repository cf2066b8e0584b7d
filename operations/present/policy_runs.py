"""The runs of policies as Temporal keeps them: what each came to, and where its page is."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from urllib.parse import quote

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.visibility import CLUSTER, POLICY
from operations.installation import Installation
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.names import ENFORCEMENT
from policies.runs.enforcement import EnforcementResult

_LOOKED_AT = 500
"""So many runs are looked through for those that did something: more than a day of them, every five minutes."""
_UNREADABLE = (ValueError, TypeError, KeyError, RuntimeError, WorkflowFailureError)
"""What a result of another version, or under another key, raises."""


class PolicyRun(Frozen):
    """One run of a policy, or several in a row that did nothing for the same reason: then the latest of them."""

    workflow_id: str
    run_id: str
    at: datetime
    ended: datetime | None = None
    status: str
    """`running`, `completed`, `terminated`, ...: what became of the workflow."""
    result: EnforcementResult | None = None
    """None while it runs, and where it left none that can be read."""
    page: str = ""
    """Its page in the Temporal UI, where the address of one is known."""
    repeats: int = 1
    """How many runs in a row this stands for."""

    @property
    def decisions(self) -> Mapping[Reason, int]:
        """How many Deployments it judged for which reason."""
        return {} if self.result is None else self.result.decisions

    @property
    def sentence(self) -> str:
        """What it came to."""
        if self.result is not None:
            return self.result.sentence
        return "it runs at this moment" if self.ended is None else f"{self.status}: it left no result"


async def read_recent_runs(client: Client, cluster: str, policy: str, most: int, ui: str = "") -> tuple[PolicyRun, ...]:
    """The latest runs of a policy, newest first; those in a row that did nothing alike are one. `ui` is the address of
    a Temporal UI, if one is known. Raises RPCError.
    """
    found: list[PolicyRun] = []
    async for run in _list(client, cluster, policy):
        read = await _read(client, run, ui)
        if found and _is_alike(found[-1], read):
            found[-1] = found[-1].replace(repeats=found[-1].repeats + 1)
        elif len(found) == most:
            break
        else:
            found.append(read)
    return tuple(found)


async def read_last_run(client: Client, cluster: str, policy: str, ui: str = "") -> PolicyRun | None:
    """The last run of a policy that left a result; None where there was none. Raises RPCError."""
    async for run in _list(client, cluster, policy):
        read = await _read(client, run, ui)
        if read.result is not None:
            return read
    return None


async def _list(client: Client, cluster: str, policy: str) -> AsyncIterator[WorkflowExecution]:
    """The runs of a policy, newest first: all values are names that were validated."""
    query = f"WorkflowType = '{ENFORCEMENT}' AND {CLUSTER.name} = '{cluster}' AND {POLICY.name} = '{policy}'"
    try:
        async for run in client.list_workflows(query, limit=_LOOKED_AT, page_size=50):
            yield run
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            raise


async def _read(client: Client, run: WorkflowExecution, ui: str) -> PolicyRun:
    status = WorkflowExecutionStatus.RUNNING if run.status is None else run.status
    return PolicyRun(
        workflow_id=run.id,
        run_id=run.run_id,
        at=run.start_time,
        ended=run.close_time,
        status=status.name.lower().replace("_", " "),
        result=await _read_result(client, run) if status is WorkflowExecutionStatus.COMPLETED else None,
        page=page_of(ui, client.namespace, run.id, run.run_id),
    )


async def _read_result(client: Client, run: WorkflowExecution) -> EnforcementResult | None:
    handle = client.get_workflow_handle(run.id, run_id=run.run_id, result_type=EnforcementResult)
    try:
        result: object = await handle.result(follow_runs=False)
    except _UNREADABLE:
        return None
    return result if isinstance(result, EnforcementResult) else None


def _is_alike(before: PolicyRun, run: PolicyRun) -> bool:
    """Whether both did nothing, for the same reason."""
    if before.result is None or run.result is None:
        return False
    return bool(run.result.skipped) and before.result.skipped == run.result.skipped


def find_ui(installation: Installation, client: Client) -> str:
    """The address of the Temporal UI of the server that was asked; empty where none is known."""
    server = installation.state.read_server()
    return server.ui_url if server is not None and server.address == client.service_client.config.target_host else ""


def page_of(ui: str, namespace: str, workflow_id: str, run_id: str) -> str:
    """The page of a run in a Temporal UI; empty without the address of one."""
    names = tuple(quote(name, safe="") for name in (namespace, workflow_id, run_id))
    return f"{ui}/namespaces/{names[0]}/workflows/{names[1]}/{names[2]}/history" if ui else ""
