"""What a policy that is created or changed is about to do: who goes to sleep, when, until when, and who would not have
so far. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from operations.changes.document_diff import diff_documents
from operations.costs.money import ForeseenSaving
from operations.plans.make_plan import ClusterSeen, make_plan
from operations.plans.plan import Plan, PolicyPlan
from policies.checks.limits import Brake, Census
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.policy.unmet_patterns import UnmetPattern
from policies.runs.first_window import FirstWindow, count_asleep, room_left


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
    room: int | None = None
    """How many it lets go to sleep while its window is its first; None where that is over, or limits are written."""
    at: datetime
    """When: at once where that is `seen_at`."""
    seen_at: datetime
    until: datetime | None = None
    """When they wake by themselves; None where nothing says it."""
    zone: str
    """In which its author thinks."""
    saving: ForeseenSaving
    percent: float | None = None
    """Which share of the cluster sleeps then, with what sleeps already. None where nothing runs."""
    max_percent: int | None = None
    brake: Brake | None = None
    undecided: int = 0
    """How many may follow: what they cost, or whether they are idle, is not known yet."""
    more: tuple[str, ...] = ()
    """Those that go to sleep and would not have so far, the undecided among them."""
    unmet: tuple[UnmetPattern, ...] = ()

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
    first_windows: Mapping[str, FirstWindow] | None = None,
) -> tuple[tuple[Forecast, ...], tuple[str, ...]]:
    """What these policies do, against those of the same names that are in force; `beside` are all others to come.

    `first_windows` is what their runs remember. Beside the forecasts it returns what could not be found out.
    """
    names, remembered = {policy.name for policy in changed}, first_windows or {}

    def judge(policies: Sequence[EnforcementPolicy]) -> tuple[list[_Judged], Plan]:
        plan = make_plan(policies, seen, interval=interval, beside=beside)
        return [
            _Judged(
                policy,
                planned,
                room_left(
                    remembered.get(policy.name),
                    planned.first_window_limit,
                    planned.judged_at,
                    count_asleep(seen.workloads, policy, seen.instance, planned.judged_at),
                ),
                _undecided(policy, planned, seen),
            )
            for policy, planned in zip(policies, plan.policies, strict=True)
        ], plan

    olds, _ = judge([policy for policy in applied if policy.name in names])
    news, plan = judge(changed)
    before = {old.policy.name: old for old in olds}
    forecasts = tuple(_forecast(new, before.get(new.policy.name), plan.census, seen.at) for new in news)
    return forecasts, plan.unknowns


class _Judged(NamedTuple):
    """A policy with what it means to do."""

    policy: EnforcementPolicy
    plan: PolicyPlan
    room: int | None
    undecided: tuple[str, ...]

    @property
    def standing(self) -> PolicyMode:
        return PolicyMode(mode=self.policy.spec.mode, suspended=self.policy.spec.suspend)

    @property
    def pauses(self) -> tuple[str, ...]:
        return tuple(str(each.ref) for each in self.plan.pauses)


def _forecast(new: _Judged, old: _Judged | None, census: Census, now: datetime) -> Forecast:
    plan = new.plan
    asleep = census.asleep + census.pausing + len(plan.pauses)
    return Forecast(
        policy=new.policy.name,
        standing=new.standing,
        was=None if old is None else old.standing,
        diff=() if old is None else diff_documents(old.policy, new.policy),
        pauses=len(plan.pauses),
        first_run=plan.first_run if new.room is None else min(plan.first_run, new.room),
        room=new.room,
        at=plan.judged_at,
        seen_at=now,
        until=plan.until,
        zone=new.policy.zone,
        saving=plan.saving,
        percent=100 * asleep / census.deployments if census.deployments else None,
        max_percent=new.policy.spec.limits.max_affected_percent,
        brake=plan.brake,
        undecided=len(new.undecided),
        more=_find_more(new, old, now),
        unmet=plan.unmet,
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
    was_held = old.room if new.room is None else None
    known = {*old.pauses[:was_held], *old.undecided}
    further = tuple(each for each in meant if each not in known)
    return further or new.pauses[old.plan.first_run : new.plan.first_run]
