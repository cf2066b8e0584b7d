"""What a policy that is created or changed is about to do: who goes to sleep, when, until when, and who would not have
so far. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from operations.changes.document_diff import diff_documents
from operations.costs.money import Money
from operations.plans.make_plan import ClusterSeen, make_plan
from operations.plans.plan import PolicyPlan
from policies.checks.limits import Brake
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy, Mode
from policies.policy.unmet_patterns import UnmetPattern
from policies.runs.first_window import FirstWindow, room_left


class Standing(Frozen):
    """How a policy stands, or stood."""

    mode: Mode
    suspended: bool = False

    def __str__(self) -> str:
        return "suspended" if self.suspended else str(self.mode)


class Forecast(Frozen):
    """What one policy is about to do. A dry run, or one that is suspended, only would."""

    policy: str
    standing: Standing
    was: Standing | None = None
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
    saving: Money
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
    olds = {policy.name: policy for policy in applied if policy.name in {each.name for each in changed}}
    plan = make_plan(changed, seen, interval=interval, beside=beside)
    before = {each.policy: each for each in make_plan(olds.values(), seen, interval=interval, beside=beside).policies}
    census = plan.census
    remembered = first_windows or {}
    forecasts = []
    for policy, planned in zip(changed, plan.policies, strict=True):
        old = olds.get(policy.name)
        room = room_left(remembered.get(policy.name), planned.first_window_limit, planned.judged_at)
        asleep = census.asleep + census.pausing + len(planned.pauses)
        forecasts.append(
            Forecast(
                policy=policy.name,
                standing=_standing(policy),
                was=None if old is None else _standing(old),
                diff=() if old is None else diff_documents(old, policy),
                pauses=len(planned.pauses),
                first_run=planned.first_run if room is None else min(planned.first_run, room),
                room=room,
                at=planned.judged_at,
                seen_at=seen.at,
                until=planned.until,
                zone=policy.zone,
                saving=planned.saving,
                percent=100 * asleep / census.deployments if census.deployments else None,
                max_percent=policy.spec.limits.max_affected_percent,
                brake=planned.brake,
                undecided=len(_undecided(policy, planned, seen)),
                more=_find_more((policy, planned), None if old is None else (old, before[old.name]), seen),
                unmet=planned.unmet,
            )
        )
    return tuple(forecasts), plan.unknowns


def _standing(policy: EnforcementPolicy) -> Standing:
    return Standing(mode=policy.spec.mode, suspended=policy.spec.suspend)


def _undecided(policy: EnforcementPolicy, planned: PolicyPlan, seen: ClusterSeen) -> tuple[str, ...]:
    """Those that are left alone only as long as a source has no answer: in trouble, or asked before the window."""
    reasons = {Reason.COST_UNKNOWN} if seen.gathered.costs.problem else set()
    if seen.gathered.idleness.problem or (policy.spec.idle_window is not None and planned.judged_at > seen.at):
        reasons.add(Reason.IDLE_UNKNOWN)
    return tuple(str(each.ref) for each in planned.decisions if each.reason in reasons)


def _find_more(
    new: tuple[EnforcementPolicy, PolicyPlan], old: tuple[EnforcementPolicy, PolicyPlan] | None, seen: ClusterSeen
) -> tuple[str, ...]:
    """Who goes to sleep by the new policy and would not have by the old one: another workload, one sooner, or, where a
    limit was raised, one run earlier. The new one's brake is not asked, because it may let go at any time.
    """
    policy, planned = new
    if not planned.is_in_force:
        return ()
    pauses = [str(each.ref) for each in planned.pauses]
    meant = [*pauses, *_undecided(policy, planned, seen)]
    if old is None:
        return tuple(meant)
    old_policy, before = old
    sooner = planned.judged_at <= seen.at < before.judged_at
    if not before.is_in_force or before.brake is not None or sooner:
        return tuple(meant)
    known = {*(str(each.ref) for each in before.pauses), *_undecided(old_policy, before, seen)}
    further = tuple(each for each in meant if each not in known)
    return further or tuple(pauses[before.first_run : planned.first_run])
