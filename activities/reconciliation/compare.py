"""Reconciliation's look at a cluster: one visibility query, one listing, and a word to each hibernation concerned."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from temporalio import activity

from activities.alerts.findings import FindingAlerts
from activities.alerts.said_before import SaidBefore
from activities.clocks import Clocks, Moment
from activities.faults import told_to_temporal
from activities.hibernation.listing import list_open, open_query
from activities.kube.objects.replica_sets import ReplicaSets
from activities.kube.workloads.workloads import Workloads
from activities.metrics import count_cycle, show_cycle, show_not_understood, show_sleepers, show_troubles
from activities.reconciliation.answers import Answers
from activities.reconciliation.policy_statuses import FiguresTally
from activities.reconciliation.recover import recover_records
from activities.reconciliation.survey import Survey
from activities.reconciliation.tell import measure_waiting, tell_paused, tell_untold, try_to_count_paused
from activities.snapshot import Snapshot, Snapshots
from policies.annotations import Annotations
from policies.models import Frozen
from policies.names import MANUAL, hibernation_id
from policies.resource.status import PolicyFigures
from policies.sleep.discrepancies import (
    Discrepancy,
    Ground,
    OpenHibernation,
    compare,
    compare_missing,
    gone_policies,
    may_have_a_copy,
)
from policies.sleep.messages import Phase
from policies.sleep.reconciliation import NotUnderstood, ReconcileResult
from policies.wording import count

PAGE = 50
"""Small pages: every worker does this at its start, and pages of 500 set the memory it keeps from then on."""
VISIBILITY_PAGE = 1000
"""The most that the server gives: it counts requests, ten in a second for a whole namespace by default."""
NAMES_KEPT = 200
"""How many names a result carries: it is also what a worker that has just started remembers."""
LONGEST_TROUBLE = 1000
"""Characters of what a result says of one part: a folder of policies may be wrong in a hundred places."""
_LOG = logging.getLogger(__name__)


class ReconcileOrder(Frozen):
    """Compare, with what the run before remembered."""

    cluster: str
    now: datetime
    before: ReconcileResult = ReconcileResult()


class ReconcileActivities:
    """The comparison of annotations and open hibernations, on one cluster."""

    def __init__(
        self,
        workloads: Workloads,
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
        """`note_figures` is told what each policy means and has asleep; without it that is not counted. `unseen`
        answers the names of the rights that this worker lacks, and `troubles` by part what it goes on without. `clock`
        counts seconds: what was said is remembered by it.
        """
        self._workloads = workloads
        self._replica_sets = replica_sets
        self._snapshots = snapshots
        self._clocks = clocks
        self._verify_cluster = verify_cluster
        self._namespace_marks = namespace_marks
        self._note_figures = note_figures
        self._unseen = unseen
        self._troubles = troubles
        self._instance = instance
        self._answers = Answers(instance, SaidBefore(clock))
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
        looked_at = await self._answers.give(client, order.cluster, survey, opened, ground)
        # What is only to be shown comes last, and whatever fails there costs nothing else.
        survey.missing_rights = await asyncio.to_thread(self._unseen)
        survey.troubles = self._troubles()
        paused = await try_to_count_paused(client, order.cluster)
        result = self._report(order, survey, missing, looked_at, paused)
        if self._note_figures is not None:
            self._note_figures(survey.tally.figures())
        show_cycle(*measure_waiting(opened.values(), order.now))
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
        for page in self._workloads.list_all(limit=PAGE):
            survey.clocks = survey.clocks.worse(self._clocks.compare(moment))
            judged_by = ground.under(survey.clocks)
            survey.not_understood += page.unreadable
            # What its pods request is nothing to a sleeper: one that cannot be read stands in the way of no wake.
            workloads = (*page.workloads, *(each.but_requests for each in page.unreadable if each.but_requests))
            names.update(hibernation_id(cluster, each.key) for each in page.unreadable if each.key)
            for workload in workloads:
                name = hibernation_id(cluster, workload.ref.key)
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
        not_understood = {each.name: each.problem for each in survey.not_understood}
        told_of = (each.deployment for each in before.not_understood)
        self._alerts.tell("woke-not-ready", not_ready, before.not_ready, "woken, and not available after 15 minutes")
        self._alerts.tell("unreadable", unreadable, before.unreadable, "finops.io annotations that cannot be read")
        self._alerts.tell(
            "unreadable", not_understood, told_of, "left alone, because it is not understood", not_understood
        )
        show_sleepers(survey.asleep, survey.tally.months(), survey.asleep_in)
        show_not_understood(len(not_understood))
        show_troubles(survey.troubles)
        counts = Counter(finding for name, finding in survey.found.items() if name not in looked_at)
        said = [f"{number:,} {finding}" for finding, number in sorted(counts.items())]
        said += [f"{len(not_understood)} not understood"] if not_understood else []
        said += [f"{len(survey.untold)} could not be told"] if survey.untold else []
        said += [f"{paused} paused in Temporal, which nothing wakes"] if paused else []
        tell_paused(paused)
        tell_untold(survey.untold)
        return ReconcileResult(
            sentence=f"{count(survey.compared, 'Deployment')} compared: {', '.join(said) or 'nothing is wrong'}.",
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
            strays=survey.names_of(Discrepancy.STRAY)[:NAMES_KEPT],
            clocks=survey.clocks,
            missing_rights=survey.missing_rights,
            troubles={part: each[:LONGEST_TROUBLE] for part, each in survey.troubles.items() if each},
        )
