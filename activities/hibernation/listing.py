"""Open hibernations as visibility shows them: one query and one reader, for reconciliation and for the commands.

Visibility is a moment behind. It is good for showing and for finding what is wrong, never for deciding a write.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.rows import list_rows, read_instant, read_memo, read_number, read_text, start_of
from activities.hibernation.visibility import (
    CLUSTER,
    HIBERNATION_STATE,
    POLICY,
    RESUME_AT,
    SAVED_PER_DAY,
    WORKLOAD_NAMESPACE,
)
from policies.costs.savings import SleepRate
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT
from policies.names import CHECK, HIBERNATION, TROUBLE
from policies.sleep.discrepancies import OpenHibernation
from policies.sleep.messages import AWAKE_PHASES, CheckRequest, Phase

WORKLOAD_MEMO = "workload"
"""`namespace/kind/name`, in the memo of those hibernations whose id had to be shortened."""
CURRENCY_MEMO = "currency"
"""That of its figures, in the memo of those hibernations that began with a price."""


class ListedHibernation(OpenHibernation, SleepRate):
    """An open hibernation, with what people ask about it."""

    workflow_id: str
    run_id: str
    namespace: str
    kind: str = DEPLOYMENT.name
    name: str
    since: datetime
    trouble: str = ""
    """What keeps it from going on."""

    @property
    def key(self) -> WorkloadKey:
        """The workload."""
        return WorkloadKey(self.namespace, self.name, self.kind)


def open_query(
    cluster: str, *, namespace: str | None = None, policy: str | None = None, status: str = "Running"
) -> str:
    """The visibility query for a cluster's open hibernations. All values are names that were validated."""
    under = () if policy is None else (f"{POLICY.name} = '{policy}'",)
    return query_of(cluster, f"ExecutionStatus = '{status}'", *under, namespace=namespace)


def query_of(cluster: str, *conditions: str, namespace: str | None = None) -> str:
    """The visibility query for those hibernations of a cluster that meet all conditions, open or closed."""
    where = () if namespace is None else (f"{WORKLOAD_NAMESPACE.name} = '{namespace}'",)
    return " AND ".join((f"WorkflowType = '{HIBERNATION}'", f"{CLUSTER.name} = '{cluster}'", *where, *conditions))


def in_phases(*phases: Phase) -> str:
    """The condition that a hibernation stands in one of these."""
    return f"{HIBERNATION_STATE.name} IN {_listed(phases)}"


def outside_phases(*phases: Phase) -> str:
    """The condition that it stands in another phase than these, which may be one that only a newer version knows."""
    return f"{HIBERNATION_STATE.name} NOT IN {_listed(phases)}"


async def count_paused(client: Client, cluster: str) -> int:
    """How many hibernations somebody paused in Temporal (a server from 1.32 on may allow it). Nothing wakes those.

    They are open, and no listing here shows them: the SDK cannot read a status that is newer than itself. Raises
    RPCError.
    """
    try:
        return (await client.count_workflows(open_query(cluster, status="Paused"))).count
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # an older server does not know the word
            raise
        return 0


async def count_shown(client: Client, runs: Sequence[str]) -> int:
    """How many of these runs, a few hundred at most, visibility shows, open or closed. Raises RPCError."""
    names = ", ".join(f"'{run}'" for run in runs)
    return (await client.count_workflows(f"RunId IN ({names})")).count if runs else 0


async def list_open(client: Client, query: str, *, page_size: int = 500) -> AsyncIterator[ListedHibernation]:
    """The open hibernations that a query finds. Raises RPCError."""
    async for row in list_rows(client, query, page_size=page_size):
        yield await as_listed(client, row)


async def list_open_if_known(client: Client, query: str) -> AsyncIterator[ListedHibernation]:
    """The same; empty where Temporal knows nothing of this product yet. Raises RPCError."""
    try:
        async for listed in list_open(client, query):
            yield listed
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:  # the search attributes are not registered yet
            raise


def _listed(phases: Iterable[Phase]) -> str:
    return "(" + ", ".join(f"'{phase}'" for phase in sorted(phases)) + ")"


async def as_listed(client: Client, row: WorkflowExecutionInfo) -> ListedHibernation:
    """An open hibernation, from its row in visibility."""
    phase = Phase(read_text(row, HIBERNATION_STATE) or Phase.PAUSING)  # in doubt: one that must not be disturbed
    key = await _key_of(client, row)
    return ListedHibernation(
        workflow_id=row.execution.workflow_id,
        run_id=row.execution.run_id,
        namespace=read_text(row, WORKLOAD_NAMESPACE) or key.namespace,
        kind=key.kind,
        name=key.name,
        policy=read_text(row, POLICY),
        phase=phase,
        since=start_of(row),
        resume_at=read_instant(row, RESUME_AT),
        saved_per_day_asleep=read_number(row, SAVED_PER_DAY) if phase not in AWAKE_PHASES else None,
        currency=await read_memo(client, row, CURRENCY_MEMO),
        trouble=await read_memo(client, row, TROUBLE),
    )


async def _key_of(client: Client, row: WorkflowExecutionInfo) -> WorkloadKey:
    """Which workload it is of: from the memo where it is told there, else from the id."""
    told = await read_memo(client, row, WORKLOAD_MEMO)
    *_, namespace, kind, name = (told or row.execution.workflow_id).split("/")
    return WorkloadKey(namespace, name, kind)


async def send_check(client: Client, workflow_id: str, check: CheckRequest) -> None:
    """Tell one to look again. One that has ended meanwhile needs no word. Raises RPCError."""
    try:
        await client.get_workflow_handle(workflow_id).signal(CHECK, check)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
