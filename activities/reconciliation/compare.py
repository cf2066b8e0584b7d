"""Reconciliation's look at a cluster: one visibility query, one listing, and a word to each hibernation concerned."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from activities.alerts.findings import FindingAlerts
from activities.alerts.raised import alert_once, settle
from activities.alerts.said_before import SaidBefore
from activities.clocks import Clocks, Moment
from activities.faults import told_to_temporal
from activities.hibernation.listing import count_paused, list_open, open_query, send_check
from activities.hibernation.starting import start_hibernation
from activities.kube.objects.deployments import Deployments
from activities.kube.objects.replica_sets import ReplicaSets
from activities.metrics import count_cycle, show_cycle, show_not_understood, show_sleepers, show_troubles
from activities.reconciliation.policy_statuses import FiguresTally
from activities.reconciliation.recover import recover_records
from activities.reconciliation.survey import Survey
from activities.snapshot import Snapshot, Snapshots
from policies.annotations import Annotations, PauseRecord
from policies.models import Frozen
from policies.names import CHECK, MANUAL, hibernation_id
from policies.resource.status import PolicyFigures
from policies.sleep.messages import AWAKE_PHASES, CheckRequest, Hibernation, Phase
from policies.sleep.reconciliation import (
    Discrepancy,
    Ground,
    NotUnderstood,
    OpenHibernation,
    ReconcileResult,
    compare,
    compare_missing,
    gone_policies,
    is_said_each_time,
    may_have_a_copy,
    what_answers,
)
from policies.workload import Workload, WorkloadRef

AT_ONCE = 32
PAGE = 50
"""Small pages: every worker does this at its start, and pages of 500 set the memory it keeps from then on."""
VISIBILITY_PAGE = 1000
"""The most that the server gives: it counts requests, ten in a second for a whole namespace by default."""
NAMES_KEPT = 200
"""How many names a result carries: it is also what a worker that has just started remembers."""
LONGEST_TROUBLE = 1000
"""Characters of what a result says of one part: a folder of policies may be wrong in a hundred places."""
_LOG = logging.getLogger(__name__)
_PAUSED = "hibernations paused in Temporal"
_UNTOLD = "hibernations that could not be told"
_SAY_ONLY = frozenset({Discrepancy.OTHER_INSTANCE, Discrepancy.UNREADABLE, Discrepancy.WOKE_NOT_READY})


class ReconcileOrder(Frozen):
    """Compare, with what the run before remembered."""

    cluster: str
    now: datetime
    before: ReconcileResult = ReconcileResult()


class ReconcileActivities:
    """The comparison of annotations and open hibernations, on one cluster."""

    def __init__(
        self,
        deployments: Deployments,
        replica_sets: ReplicaSets,
        snapshots: Snapshots,
        clocks: Clocks,
        verify_cluster: Callable[[], object],
        namespace_marks: Callable[[], Mapping[str, Annotations]],
        note_figures: Callable[[Mapping[str, PolicyFigures]], None] | None,
        unseen: Callable[[], tuple[str, ...]] = tuple,
        troubles: Callable[[], Mapping[str, str]] = dict,
        *,
        instance: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`note_figures` is told what each policy means and has asleep; without it nobody counts that. `unseen` answers
        the names of the rights that this worker lacks, and `troubles` by part what it goes on without. `clock` counts
        seconds: what was said is remembered by it.
        """
        self._deployments = deployments
        self._replica_sets = replica_sets
        self._snapshots = snapshots
        self._clocks = clocks
        self._verify_cluster = verify_cluster
        self._namespace_marks = namespace_marks
        self._note_figures = note_figures
        self._unseen = unseen
        self._troubles = troubles
        self._instance = instance
        self._said = SaidBefore(clock)
        self._alerts = FindingAlerts()

    @activity.defn
    async def reconcile(self, order: ReconcileOrder) -> ReconcileResult:
        """Find what is wrong, and start or nudge the hibernations concerned. No workload is written to."""
        client, moment, began = activity.client(), self._clocks.mark(activity.info().started_time), time.monotonic()
        opened: dict[str, OpenHibernation] = {}
        async for each in list_open(client, open_query(order.cluster), page_size=VISIBILITY_PAGE):
            opened[each.workflow_id] = each
            if len(opened) % VISIBILITY_PAGE == 0:
                activity.heartbeat()
        activity.heartbeat()
        ground, missing = self._ground(order, opened)
        with told_to_temporal("the reconciliation"):
            survey = await asyncio.to_thread(self._survey, order.cluster, opened, ground, moment)
        looked_at = await self._act(client, order.cluster, survey, opened, ground)
        # What is only to be shown comes last, and whatever fails there costs nothing else.
        survey.missing_rights = await asyncio.to_thread(self._unseen)
        survey.troubles = self._troubles()
        paused = await _count_paused(client, order.cluster)
        result = self._report(order, survey, missing, looked_at, paused)
        if self._note_figures is not None:
            self._note_figures(survey.tally.figures())
        show_cycle(*_waiting(opened.values(), order.now))
        count_cycle("reconciliation", time.monotonic() - began)
        return result

    def _survey(self, cluster: str, opened: dict[str, OpenHibernation], ground: Ground, moment: Moment) -> Survey:
        """Compare page by page: of ten thousand Deployments only those with something wrong are kept.

        Raises IdentityMismatch, KubernetesError.
        """
        self._verify_cluster()
        survey = Survey(tally=FiguresTally(ground.policies if self._note_figures else (), ground.now))
        names: set[str] = set()
        ground = ground.replace(namespace_marks=self._namespace_marks())
        for page in self._deployments.list_all(limit=PAGE):
            survey.clocks = survey.clocks.worse(self._clocks.compare(moment))
            judged_by = ground.under(survey.clocks)
            survey.not_understood += page.unreadable
            # What its pods request is nothing to a sleeper: one that cannot be read stands in the way of no wake.
            workloads = (*page.workloads, *(each.but_requests for each in page.unreadable if each.but_requests))
            names.update(_id_of(cluster, each.deployment) for each in page.unreadable)
            for workload in workloads:
                name = hibernation_id(cluster, workload.ref)
                names.add(name)
                finding = compare(workload, opened.get(name), judged_by)
                survey.count(workload, self._instance)
                if finding is not None:
                    survey.found[name], survey.workloads[name] = finding, workload
        survey.compared = len(names)
        for name, hibernation in opened.items():
            finding = compare_missing(hibernation) if name not in names else None
            if finding is not None:
                survey.found[name] = finding
        self._recover(survey, opened)
        return survey

    def _recover(self, survey: Survey, opened: dict[str, OpenHibernation]) -> None:
        """Where a sleeper's record is damaged and its workflow lost, an older ReplicaSet may still tell the record."""
        unreadable = {name: survey.workloads[name] for name in survey.ids_of(Discrepancy.UNREADABLE)}
        damaged = {name: each for name, each in unreadable.items() if may_have_a_copy(each, opened.get(name))}
        survey.records = recover_records(self._replica_sets, damaged)
        survey.found.update(dict.fromkeys(survey.records, Discrepancy.ADOPTED))

    def _ground(self, order: ReconcileOrder, opened: dict[str, OpenHibernation]) -> tuple[Ground, frozenset[str]]:
        snapshot: Snapshot = self._snapshots()
        gone, missing = gone_policies(
            {each.policy for each in opened.values() if each.phase is Phase.ASLEEP} - {MANUAL, ""},
            {policy.name for policy in snapshot.policies},
            order.before.missing_policies,
            complete=snapshot.complete,
        )
        ground = Ground(
            now=order.now,
            instance=self._instance,
            policies=snapshot.policies,
            held=snapshot.held,
            gone_policies=gone,
        )
        return ground, missing

    async def _act(
        self, client: Client, cluster: str, survey: Survey, opened: dict[str, OpenHibernation], ground: Ground
    ) -> frozenset[str]:
        """A word to each hibernation concerned, a few at a time. Answers which were told before, and are not again.

        One that cannot be told keeps the word from no other: it is told at the next look.
        """
        wanted = {
            name: what_answers(finding, survey.workloads.get(name))
            for name, finding in survey.found.items()
            if finding not in _SAY_ONLY
        }
        due = self._said.due(wanted, rests_on=(ground.policies, ground.held, ground.gone_policies))
        names = [name for name in wanted if name in due or _is_said_each_time(name, survey, opened, ground)]
        for index in range(0, len(names), AT_ONCE):
            chunk = names[index : index + AT_ONCE]
            telling = (self._tell(client, cluster, name, survey, opened.get(name)) for name in chunk)
            answers = await asyncio.gather(*telling, return_exceptions=True)
            failed = {name: each for name, each in zip(chunk, answers, strict=True) if isinstance(each, Exception)}
            self._said.note((name for name in chunk if name not in failed), wanted)
            survey.untold |= failed
            activity.heartbeat()
        return frozenset(wanted) - frozenset(names)

    async def _tell(
        self, client: Client, cluster: str, name: str, survey: Survey, hibernation: OpenHibernation | None
    ) -> None:
        if hibernation is None:
            await self._start(client, cluster, survey.workloads[name], survey.record_of(name))
        else:
            await send_check(client, name, _check_for(survey.found[name], hibernation))

    async def _start(self, client: Client, cluster: str, workload: Workload, record: PauseRecord) -> None:
        """A hibernation for a workload that carries a record, or of whose record there is a copy, and that has none.

        The first thing it does is look, and what it finds damaged it writes again.
        """
        await start_hibernation(
            client,
            Hibernation(
                cluster=cluster,
                instance=self._instance,
                ref=workload.ref,
                sleep=record,
                revision=workload.revision,
            ),
            start_signal=CHECK,
            start_signal_args=[CheckRequest()],
        )

    def _report(
        self,
        order: ReconcileOrder,
        survey: Survey,
        missing: frozenset[str],
        looked_at: frozenset[str],
        paused: int | None,
    ) -> ReconcileResult:
        """The totals. What only a person can mend is raised as an alert, once."""
        before = order.before
        not_ready, unreadable = survey.names_of(Discrepancy.WOKE_NOT_READY), survey.names_of(Discrepancy.UNREADABLE)
        not_understood = {each.deployment: each.problem for each in survey.not_understood}
        told_of = (each.deployment for each in before.not_understood)
        self._alerts.tell("woke-not-ready", not_ready, before.not_ready, "woken, and not available after 15 minutes")
        self._alerts.tell("unreadable", unreadable, before.unreadable, "annotations of ours that nobody can read")
        self._alerts.tell("unreadable", not_understood, told_of, "left alone, for it is not understood", not_understood)
        show_sleepers(survey.asleep, survey.asleep_in)
        show_not_understood(len(not_understood))
        show_troubles(survey.troubles)
        counts = Counter(finding for name, finding in survey.found.items() if name not in looked_at)
        said = [f"{number} {finding}" for finding, number in sorted(counts.items())]
        said += [f"{len(not_understood)} not understood"] if not_understood else []
        said += [f"{len(survey.untold)} could not be told"] if survey.untold else []
        said += [f"{paused} paused in Temporal, which nobody wakes"] if paused else []
        _tell_paused(paused)
        _tell_untold(survey.untold)
        return ReconcileResult(
            sentence=f"{survey.compared} Deployments compared: {', '.join(said) or 'nothing is wrong'}.",
            at=order.now,
            found=counts,
            looked_at=len(looked_at),
            missing_policies=tuple(sorted(missing)),
            not_ready=not_ready[:NAMES_KEPT],
            unreadable=unreadable[:NAMES_KEPT],
            not_understood=tuple(
                NotUnderstood(deployment=name, problem=not_understood[name])
                for name in sorted(not_understood)[:NAMES_KEPT]
            ),
            other_instance=survey.names_of(Discrepancy.OTHER_INSTANCE)[:NAMES_KEPT],
            clocks=survey.clocks,
            missing_rights=survey.missing_rights,
            troubles={part: each[:LONGEST_TROUBLE] for part, each in survey.troubles.items() if each},
        )


async def _count_paused(client: Client, cluster: str) -> int | None:
    """None where Temporal does not say."""
    try:
        return await count_paused(client, cluster)
    except RPCError as error:
        _LOG.warning("%s could not be counted: %s", _PAUSED, error.message)
        return None


def _tell_paused(number: int | None) -> None:
    if number is None:
        return
    if number:
        alert_once("unexpected", _PAUSED, f"{number} hibernations are paused in Temporal, and nobody wakes those")
    else:
        settle(_PAUSED)


def _tell_untold(untold: Mapping[str, Exception]) -> None:
    if not untold:
        settle(_UNTOLD)
        return
    name, error = next(iter(untold.items()))
    sentence = f"{len(untold)} hibernations could not be told what was found, {name} among them: {error}"
    if alert_once("unexpected", _UNTOLD, f"{sentence}; the next reconciliation tries again", type(error).__name__):
        _LOG.warning("the first of those that could not be told: %s", name, exc_info=error)


def _waiting(opened: Iterable[OpenHibernation], now: datetime) -> tuple[int, float]:
    """How many are due within the hour, or past their time, and how many seconds the one that waits longest is."""
    times = [each.resume_at for each in opened if each.phase not in AWAKE_PHASES and each.resume_at is not None]
    overdue = max((now - at for at in times), default=timedelta(0))
    return sum(at <= now + timedelta(hours=1) for at in times), max(overdue, timedelta(0)).total_seconds()


def _check_for(finding: Discrepancy, hibernation: OpenHibernation) -> CheckRequest:
    return CheckRequest(gone_policy=hibernation.policy) if finding is Discrepancy.POLICY_GONE else CheckRequest()


def _is_said_each_time(name: str, survey: Survey, opened: Mapping[str, OpenHibernation], ground: Ground) -> bool:
    resume_at = None if name in opened else survey.record_of(name).resume_at
    return is_said_each_time(survey.found[name], resume_at, ground.now)


def _id_of(cluster: str, deployment: str) -> str:
    namespace, _, name = deployment.partition("/")
    return hibernation_id(cluster, WorkloadRef(namespace=namespace, name=name))
