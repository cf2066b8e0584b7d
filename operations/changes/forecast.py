"""What a policy that is created or changed is about to do: who goes to sleep, when, until when, and who would not have
so far. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from operations.changes.document_diff import diff_documents
from operations.costs.money import ForeseenSaving
from operations.plans.make_plan import ClusterSeen, make_plan
from operations.plans.plan import CaveatKind, Plan, PlannedSleep, PolicyPlan
from policies.calendar.allowance import allows_more
from policies.checks.limits import Brake
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.policy.unmet_patterns import UnmetPattern
from policies.runs.first_window import NONE_REMEMBERED, FirstWindows


class PolicyMode(Frozen):
    """Whether a policy acts, or acted."""

    mode: Mode
    suspended: bool = False

    def __str__(self) -> str:
        return "suspended" if self.suspended else str(self.mode)


class Forecast(Frozen):
    """What one policy is about to do. A dry run, or one that is suspended, only would."""

    policy: str
    standing: PolicyMode
    was: PolicyMode | None = None
    """None where it is new."""
    diff: tuple[str, ...] = ()
    """Of its document, line by line."""
    pauses: int = 0
    """How many it means to put to sleep in its window."""
    first_run: int = 0
    """How many of them in the first run, by its limits."""
    held: int = 0
    """How many of them wait for its second window, because the next one is its first, or still is."""
    at: datetime
    """When: at once where that is `seen_at`."""
    seen_at: datetime
    until: datetime | None = None
    """When they wake by themselves; None where nothing says it."""
    zone: str
    """In which its author thinks."""
    saving: ForeseenSaving
    percent: float | None = None
    """Which share of the cluster sleeps in that window, with what sleeps then already. None where nothing runs."""
    deployments: int = 0
    """Of how many: those that run or sleep then and are not protected."""
    max_percent: int | None = None
    brake: Brake | None = None
    undecided: int = 0
    """How many may follow: what they cost, or whether they are idle, is not known yet."""
    more: tuple[str, ...] = ()
    """Those that go to sleep and would not have so far, the undecided among them."""
    more_held: int = 0
    """How many of those wait for its second window."""
    longer: tuple[str, ...] = ()
    """Those that also sleep, or would have, without the change, and now at hours at which they were awake."""
    unmet: tuple[UnmetPattern, ...] = ()
    controllers: tuple[str, ...] = ()
    """Those that it means to put to sleep and that look like operators or controllers."""

    @property
    def in_force(self) -> bool:
        """Whether it acts."""
        return self.standing.mode is Mode.ENFORCE and not self.standing.suspended

    @property
    def at_once(self) -> bool:
        """Whether it runs as soon as a worker has read it."""
        return self.at <= self.seen_at


def foresee(
    changed: Sequence[EnforcementPolicy],
    applied: Sequence[EnforcementPolicy],
    beside: Sequence[EnforcementPolicy],
    seen: ClusterSeen,
    *,
    interval: timedelta,
    first_windows: FirstWindows = NONE_REMEMBERED,
) -> tuple[tuple[Forecast, ...], tuple[str, ...]]:
    """What these policies do, against those of the same names that are in force; `beside` are all others to come.

    `first_windows` is what their runs remember. Beside the forecasts it returns what could not be found out.
    """
    names = {policy.name for policy in changed}

    def judge(policies: Sequence[EnforcementPolicy]) -> tuple[list[_Judged], Plan]:
        plan = make_plan(policies, seen, interval=interval, beside=beside, first_windows=first_windows)
        return [
            _Judged(policy, planned, _undecided(policy, planned, seen))
            for policy, planned in zip(policies, plan.policies, strict=True)
        ], plan

    olds, _ = judge([policy for policy in applied if policy.name in names])
    news, plan = judge(changed)
    before = {old.policy.name: old for old in olds}
    forecasts = tuple(_forecast(new, before.get(new.policy.name), plan, seen.at) for new in news)
    return forecasts, plan.unknowns


class _Judged(NamedTuple):
    """A policy with what it means to do."""

    policy: EnforcementPolicy
    plan: PolicyPlan
    undecided: tuple[str, ...]

    @property
    def standing(self) -> PolicyMode:
        return PolicyMode(mode=self.policy.spec.mode, suspended=self.policy.spec.suspend)

    @property
    def pauses(self) -> tuple[str, ...]:
        return tuple(str(each.ref) for each in self.plan.pauses)


def _forecast(new: _Judged, old: _Judged | None, whole: Plan, now: datetime) -> Forecast:
    plan, census = new.plan, new.plan.census
    suspected = {str(each.ref) for each in whole.caveats if each.kind is CaveatKind.CONTROLLER}
    more = _find_more(new, old, now)
    held = plan.held_by_first_window
    asleep = census.asleep + census.pausing + len(plan.pauses) - held
    return Forecast(
        policy=new.policy.name,
        standing=new.standing,
        was=None if old is None else old.standing,
        diff=() if old is None else diff_documents(old.policy, new.policy),
        pauses=len(plan.pauses),
        first_run=min(plan.first_run, len(plan.pauses) - held),
        held=held,
        at=plan.judged_at,
        seen_at=now,
        until=plan.until,
        zone=new.policy.zone,
        saving=plan.saving,
        percent=100 * asleep / census.deployments if census.deployments else None,
        deployments=census.deployments,
        max_percent=new.policy.spec.limits.max_affected_percent,
        brake=plan.brake,
        undecided=len(new.undecided),
        more=more,
        longer=tuple(each for each in _find_longer(new, old, whole.sleepers, now) if each not in more),
        more_held=len(set(more).intersection(new.pauses[len(new.pauses) - held :])),
        unmet=plan.unmet,
        controllers=tuple(each for each in new.pauses if each in suspected),
    )


def _undecided(policy: EnforcementPolicy, planned: PolicyPlan, seen: ClusterSeen) -> tuple[str, ...]:
    """Those that are left alone only as long as a source has no answer: in trouble, or asked before the window."""
    reasons = {Reason.COST_UNKNOWN} if seen.gathered.costs.problem else set()
    if seen.gathered.idleness.problem or (policy.spec.idle_window is not None and planned.judged_at > seen.at):
        reasons.add(Reason.IDLE_UNKNOWN)
    return tuple(str(each.ref) for each in planned.decisions if each.reason in reasons)


def _find_more(new: _Judged, old: _Judged | None, now: datetime) -> tuple[str, ...]:
    """Who goes to sleep by the new policy and would not have by the old one: another workload, one sooner, or, where a
    limit was raised, one run earlier. The new one's brakes are not asked, because they let go later.
    """
    if not new.plan.is_in_force:
        return ()
    meant = (*new.pauses, *new.undecided)
    if old is None or not old.plan.is_in_force or old.plan.brake is not None:
        return meant
    if new.plan.judged_at <= now < old.plan.judged_at:
        return meant
    was_held = old.plan.first_window_room if new.plan.first_window_room is None else None
    known = {*old.pauses[:was_held], *old.undecided}
    further = tuple(each for each in meant if each not in known)
    return further or new.pauses[old.plan.first_run : new.plan.first_run]


def _find_longer(new: _Judged, old: _Judged | None, sleepers: Iterable[PlannedSleep], now: datetime) -> tuple[str, ...]:
    """Whom it lets sleep at other hours too than the old policy: who goes to sleep next, and who sleeps under it."""
    if old is None or not (new.plan.is_in_force and old.plan.is_in_force):
        return ()
    if not allows_more(new.policy, old.policy, now):
        return ()
    asleep = (str(each.ref) for each in sleepers if each.policy == new.policy.name)
    return tuple(sorted({*new.pauses, *asleep}))
