"""A day in which nothing changes: every five minutes a reconciliation or a run meets the same, and is counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from cases import NOW, surroundings, workload
from hibernations import clocks_agree
from ids import key_of
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.converter import DataConverter, encode_search_attributes
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities.alerts.raised import listen, stop_listening
from activities.alerts.refusals import Refusals
from activities.clocks import Clocks
from activities.costs.price_list import PriceListSource
from activities.errors import KubernetesError
from activities.hibernation.listing import WORKLOAD_MEMO
from activities.hibernation.visibility import HIBERNATION_STATE, POLICY, RESUME_AT
from activities.hibernation.writes import WriteActivities
from activities.kube.objects.namespaces import NamespaceReader
from activities.kube.objects.replica_sets import ReplicaSets
from activities.kube.workloads.pages import Page, Unreadable
from activities.kube.workloads.workloads import Workloads
from activities.reconciliation.compare import ReconcileActivities, ReconcileOrder
from activities.runs.judge_page import judge
from activities.runs.surroundings import Gathered
from activities.snapshot import Snapshot
from policies.annotations import PauseRecord
from policies.checks.limits import Census, select
from policies.costs.prices import PriceList
from policies.names import TROUBLE, hibernation_id
from policies.policy.document import EnforcementPolicy
from policies.sleep.actions import SendClear, SendPause
from policies.sleep.discrepancies import OpenHibernation
from policies.sleep.reconciliation import ReconcileResult
from policies.workload import Workload, WorkloadRef

EVERY = timedelta(minutes=5)
RUNS = timedelta(days=1) // EVERY


@dataclass
class Counts:
    """What was said and started in the day."""

    alerts: int = 0
    nudges: int = 0
    hibernations: int = 0


@dataclass
class Situation:
    """A cluster and its open hibernations, by `namespace/name`. Whatever they are told, it changes nothing."""

    workloads: tuple[Workload, ...] = ()
    opened: Mapping[str, OpenHibernation] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    policies: tuple[EnforcementPolicy, ...] = ()
    deaf: frozenset[str] = frozenset()
    """Hibernations that no signal reaches, by `namespace/name`."""
    sealed: frozenset[str] = frozenset()
    """Hibernations whose memo cannot be decoded."""
    uncounted: bool = False
    """Whether Temporal counts nothing."""


async def reconcile_all_day(situation: Situation) -> tuple[Counts, ReconcileResult]:
    """What the reconciliations of a worker came to, and the last one's result."""
    temporal, passed, result = _Temporal(situation), 0.0, ReconcileResult()
    activities = _reconciler(situation, lambda: passed)
    environment = ActivityEnvironment(client=cast("Client", temporal))
    with _counting(temporal.counts):
        for run in range(RUNS):
            passed = run * EVERY.total_seconds()
            order = ReconcileOrder(cluster="dev", now=NOW + run * EVERY, before=result)
            result = await environment.run(activities.reconcile, order)
    return temporal.counts, result


async def reconcile_once(
    situation: Situation, unseen: Callable[[Counts], tuple[str, ...]] = lambda _: ()
) -> tuple[Counts, ReconcileResult]:
    """What one of them came to; `unseen` is asked for the rights that are missing, after so much was said."""
    temporal = _Temporal(situation)
    environment = ActivityEnvironment(client=cast("Client", temporal))
    with _counting(temporal.counts):
        activities = _reconciler(situation, lambda: 0.0, lambda: unseen(temporal.counts))
        result = await environment.run(activities.reconcile, ReconcileOrder(cluster="dev", now=NOW))
    return temporal.counts, result


def _reconciler(
    situation: Situation, clock: Callable[[], float], unseen: Callable[[], tuple[str, ...]] = tuple
) -> ReconcileActivities:
    return ReconcileActivities(
        cast("Workloads", _Listed(situation)),
        cast("ReplicaSets", SimpleNamespace(list_copies=lambda _: {})),
        lambda: Snapshot(read_at=NOW, policies=situation.policies),
        Clocks(lambda: NOW, clocks_agree, lambda: NOW),
        lambda: None,
        dict,
        None,
        unseen,
        instance="me",
        clock=clock,
    )


def enforce_all_day(
    policy: EnforcementPolicy,
    workloads: tuple[Workload, ...],
    refuse: Callable[[WorkloadRef], KubernetesError | None],
    *,
    scale_alone: bool = False,
) -> tuple[Counts, list[int]]:
    """What the runs of a policy came to where some pauses are refused, and how many were asleep after each.

    `scale_alone`: only the second write is refused, so that the first is taken back.
    """
    counts, passed, asleep, awake = Counts(), 0.0, list[int](), list(workloads)
    last: WorkloadRef | None = None
    refusals = Refusals(lambda: passed)
    writable = cast("Workloads", _Refusing(refuse, scale_alone=scale_alone))
    snapshot = Snapshot(read_at=NOW, policies=(policy,))
    writes = WriteActivities(
        writable,
        lambda: snapshot,
        surroundings,
        lambda _: NamespaceReader(),
        Clocks(lambda: NOW, clocks_agree),
        refusals,
    )
    environment = ActivityEnvironment()
    environment.info = replace(ActivityEnvironment.default_info(), started_time=NOW)
    gathered = Gathered(base=surroundings(), costs=PriceListSource(PriceList()).fetch(NOW))
    with _counting(counts):
        for run in range(RUNS):
            passed = run * EVERY.total_seconds()
            judged = judge(policy, Page(tuple(awake)), gathered, NOW, (policy,), refusals)
            selection = select(judged.candidates, Census(), policy.max_actions_per_run, None, last)
            last = selection.chosen_last or last
            for seen in (each.seen for each in selection.chosen):
                counts.hibernations += 1
                order = SendPause(
                    ref=seen.ref, resource_version="42", record=_record(policy), not_after=NOW + timedelta(hours=1)
                )
                outcome = environment.run(writes.send_pause, order)
                if outcome.result == "done":
                    awake = [each for each in awake if each.ref != seen.ref]
                elif outcome.landed:
                    undo = SendClear(ref=seen.ref, resource_version="43", note=None)
                    environment.run(writes.send_clear, undo)
            asleep.append(len(workloads) - len(awake))
    return counts, asleep


@contextmanager
def _counting(counts: Counts) -> Iterator[None]:
    def hear(_kind: str, _sentence: str, _data: dict[str, str]) -> None:
        counts.alerts += 1

    listen(hear)
    yield
    stop_listening(hear)


class _Temporal:
    """Temporal as far as a reconciliation asks it. Signals change nothing, and what is started ends at once."""

    def __init__(self, situation: Situation) -> None:
        self.counts = Counts()
        self.namespace, self.data_converter = "default", DataConverter.default
        self.workflow_service = listing_of(self._list)
        self._situation = situation
        self._deaf = {_workflow_of(each) for each in situation.deaf}

    def _list(self) -> Iterator[WorkflowExecutionInfo]:
        for deployment, hibernation in self._situation.opened.items():
            yield execution(deployment, hibernation, sealed=deployment in self._situation.sealed)

    async def count_workflows(self, _query: str) -> Any:
        if self._situation.uncounted:
            raise RPCError("no", RPCStatusCode.UNAVAILABLE, b"")
        return SimpleNamespace(count=0)

    def get_workflow_handle(self, workflow_id: str) -> Any:
        async def signal(_name: str, _argument: Any) -> None:
            if workflow_id in self._deaf:
                raise RPCError("exceeded workflow execution limit for signals", RPCStatusCode.INVALID_ARGUMENT, b"")
            self.counts.nudges += 1

        return SimpleNamespace(signal=signal)

    async def start_workflow(self, _kind: str, _hibernation: Any, **_how: Any) -> Any:
        self.counts.hibernations += 1
        return SimpleNamespace(first_execution_run_id="run")


def listing_of(list_rows: Callable[[], Iterable[WorkflowExecutionInfo]]) -> Any:
    """Temporal's service, as far as visibility is listed. What `list_rows` raises, the listing raises."""

    async def list_workflow_executions(_request: Any, **_how: Any) -> Any:
        return SimpleNamespace(executions=list(list_rows()), next_page_token=b"")

    return SimpleNamespace(list_workflow_executions=list_workflow_executions)


def execution(deployment: str, hibernation: OpenHibernation, *, sealed: bool = False) -> WorkflowExecutionInfo:
    """An open hibernation as a listing has it; of a `sealed` one the memo cannot be decoded."""
    row = WorkflowExecutionInfo(execution=WorkflowExecution(workflow_id=_workflow_of(deployment), run_id="run"))
    row.start_time.FromDatetime(NOW)
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(HIBERNATION_STATE, hibernation.phase.value),
        SearchAttributePair(POLICY, hibernation.policy),
    ]
    if hibernation.resume_at is not None:
        pairs.append(SearchAttributePair(RESUME_AT, hibernation.resume_at))
    encode_search_attributes(TypedSearchAttributes(pairs), row.search_attributes)
    for key in (TROUBLE, WORKLOAD_MEMO) if sealed else ():
        row.memo.fields[key].metadata["encoding"] = b"binary/encrypted"
    return row


def _workflow_of(deployment: str) -> str:
    return hibernation_id("dev", key_of(deployment))


class _Listed:
    """The Deployments of a situation."""

    def __init__(self, situation: Situation) -> None:
        self._page = Page(situation.workloads, situation.unreadable)

    def list_all(self, **_how: Any) -> Iterator[Page]:
        yield self._page


class _Refusing:
    """Takes the writes of a pause, or refuses the first of them, or the second."""

    def __init__(self, refuse: Callable[[WorkloadRef], KubernetesError | None], *, scale_alone: bool) -> None:
        self._refuse = refuse
        self._scale_alone = scale_alone

    def annotate(self, ref: WorkloadRef, _version: str, _patch: Any) -> Workload:
        self._ask(ref, is_scale=False)
        return workload(ref.namespace, ref.name)

    def put_to_sleep(self, ref: WorkloadRef, _version: str) -> str:
        self._ask(ref, is_scale=True)
        return "44"

    def _ask(self, ref: WorkloadRef, *, is_scale: bool) -> None:
        error = self._refuse(ref)
        if error is not None and is_scale is self._scale_alone:
            raise error


def _record(policy: EnforcementPolicy) -> PauseRecord:
    return PauseRecord(pause_id="p1", instance="me", policy=policy.name, paused_at=NOW, original_replicas=3)
