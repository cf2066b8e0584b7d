"""One enforcement's evaluation, page by page of the cluster's Deployments.

What is the same for every page (costs, idleness, autoscalers, placements) is gathered once per run and kept in the
worker's memory; a run that moves to another worker gathers it again.
"""

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.alerts.raised import alert_once, settle
from activities.alerts.refusals import Refusals
from activities.clocks import Clocks
from activities.errors import ListExpired
from activities.faults import told_to_temporal
from activities.kube.workloads.pages import Page
from activities.kube.workloads.workloads import Workloads
from activities.metrics import count_decisions
from activities.runs.foreign_alerts import ForeignAlerts
from activities.runs.surroundings import Gathered
from activities.snapshot import Snapshots
from policies import annotations as notes
from policies.checks import protection_of
from policies.checks.decision import Candidate, as_candidate, evaluate
from policies.checks.limits import Census
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.runs.first_window import count_asleep
from policies.runs.nights import Night, begin_of_last_night, count_night
from policies.sleep.clocks import ClockDrift
from policies.workload import Workload

_RUNS_KEPT = 4
_LOG = logging.getLogger(__name__)


class PageOrder(Frozen):
    """Judge one page of Deployments by this policy."""

    run_id: str
    policy: str
    now: datetime
    token: str = ""


class PageJudged(Frozen):
    """What a page came to: who may be paused, and how many were left alone for which reason."""

    next_token: str = ""
    candidates: tuple[Candidate, ...] = ()
    decisions: Mapping[Reason, int] = {}
    census: Census = Census()
    unreadable: tuple[str, ...] = ()
    clocks: ClockDrift = ClockDrift()
    night: Night = Night()
    """What slept before, and whether it is back, of what the policy means."""
    asleep_in_window: int = 0
    """How many the policy has put to sleep since its window began."""

    def plus(self, later: "PageJudged") -> "PageJudged":
        """Both pages together, with the token of the later one."""
        return PageJudged(
            next_token=later.next_token,
            candidates=(*self.candidates, *later.candidates),
            decisions=Counter(self.decisions) + Counter(later.decisions),
            census=self.census.plus(later.census),
            unreadable=(*self.unreadable, *later.unreadable),
            clocks=self.clocks.worse(later.clocks),
            night=self.night.plus(later.night),
            asleep_in_window=self.asleep_in_window + later.asleep_in_window,
        )


class JudgeActivities:
    """The evaluation of a cluster's Deployments."""

    def __init__(
        self,
        workloads: Workloads,
        snapshots: Snapshots,
        gather: Callable[[datetime, tuple[EnforcementPolicy, ...]], Gathered],
        clocks: Clocks,
        refusals: Refusals,
    ) -> None:
        """`refusals` is what the pauses of this worker met."""
        self._refusals = refusals
        self._workloads = workloads
        self._snapshots = snapshots
        self._gather = gather
        self._clocks = clocks
        self._foreign = ForeignAlerts()
        self._runs: OrderedDict[str, Gathered] = OrderedDict()

    @activity.defn
    def judge_page(self, order: PageOrder) -> PageJudged:
        """List one page and judge it.

        Raises ApplicationError `ListExpired` where the listing has to start again from its first page.
        """
        moment = self._clocks.mark(activity.info().started_time)
        snapshot = self._snapshots()
        policy = snapshot.policy(order.policy)
        if policy is None:
            raise ApplicationError(f"there is no policy {order.policy}", type="PolicyGone", non_retryable=True)
        with told_to_temporal(f"a run of {order.policy}"):
            gathered = self._gathered(order, policy)
            try:
                page = self._workloads.list_page(order.token)
            except ListExpired as error:
                raise ApplicationError(str(error), type="ListExpired", non_retryable=True) from error
        drift = self._clocks.compare(moment)
        judged = judge(policy, page, gathered, order.now, snapshot.policies, self._refusals)
        count_decisions(judged.decisions)
        self._foreign.tell(policy, page)
        return judged.replace(clocks=drift)

    def _gathered(self, order: PageOrder, policy: EnforcementPolicy) -> Gathered:
        if order.run_id not in self._runs:
            self._runs[order.run_id] = self._gather(order.now, (policy,))
            while len(self._runs) > _RUNS_KEPT:
                self._runs.popitem(last=False)
        return self._runs[order.run_id]


def judge(
    policy: EnforcementPolicy,
    page: Page,
    gathered: Gathered,
    now: datetime,
    policies: Iterable[EnforcementPolicy] = (),
    refusals: Refusals | None = None,
) -> PageJudged:
    """The decisions on a page. A workload that brings a check down is left alone and named; the others go on.

    `policies` are all that there are: one may keep awake what this one would pause. What was refused lately is no
    candidate.
    """
    objection = partial((refusals or Refusals()).objection, tries=policy.spec.mode is Mode.ENFORCE)
    surroundings = gathered.surroundings_at(now, policies)
    candidates: list[Candidate] = []
    decisions: Counter[Reason] = Counter()
    census, night, unreadable = Census(), Night(), list(map(str, page.unreadable))
    since = begin_of_last_night(policy, now)
    for workload in page.workloads:
        try:
            case = gathered.case(policy, workload, surroundings)
            decision = evaluate(case)
        except Exception as error:  # noqa: BLE001 - a fault of ours, and the others go on
            unreadable.append(_tell_fault(workload, error))
            continue
        settle(_about(workload))
        refused = objection(workload.ref) if decision.reason is Reason.PAUSE else None
        decisions[refused or decision.reason] += 1
        if decision.reason is Reason.PAUSE and refused is None:
            candidates.append(as_candidate(case, decision))
        if protection_of(workload, surroundings) is None:
            census = census.plus(_count(workload))
        if policy.is_about(workload.ref.namespace, workload.labels):
            night = night.plus(count_night(workload, since, now))
    return PageJudged(
        next_token=page.next_token,
        candidates=tuple(candidates),
        decisions=decisions,
        census=census,
        unreadable=tuple(unreadable),
        night=night,
        asleep_in_window=count_asleep(page.workloads, policy, surroundings.instance, now),
    )


def _tell_fault(workload: Workload, error: Exception) -> str:
    """Raise the fault as an alert, with its traceback the first time; every run meets it again. Returns the
    sentence.
    """
    sentence = f"{workload.ref}: it could not be judged and is left alone ({type(error).__name__})"
    if alert_once("unexpected", _about(workload), sentence, workload=str(workload.ref)):
        _LOG.error("a fault of finops-enforcer, please report it", exc_info=error)
    return sentence


def _about(workload: Workload) -> str:
    return f"judge {workload.ref}"


def _count(workload: Workload) -> Census:
    """How many Deployments of the page run, and how many sleep; one at zero of its own does neither."""
    asleep = workload.is_down and notes.PAUSED in workload.annotations
    return Census(deployments=1 if asleep or not workload.is_down else 0, asleep=1 if asleep else 0)
