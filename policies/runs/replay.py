"""A policy replayed over the past of one workload: when it would have slept, and whether somebody would have missed it.

Nothing was really paused then. A sleep ends when its time comes, or with the first sign of work in it: somebody would
have had to wake the workload, and that is what a pause is regretted for.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from policies.annotations import EXCLUDE, EXCLUDE_UNTIL, ORIGINAL_REPLICAS, PREFIX
from policies.calendar.sleep_windows import running_window
from policies.checks.decision import Decision
from policies.checks.reasons import Reason
from policies.costs.cost import HourlyCost
from policies.costs.savings import avoided_between
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.times import EARLIEST, earliest
from policies.touches import last_touch
from policies.workload import Rollout, Workload, WorkloadRef

_PEOPLES = frozenset({EXCLUDE, EXCLUDE_UNTIL})
"""Annotations of ours that say what somebody wants, also of the past."""


class WokenBy(StrEnum):
    """What ends a sleep."""

    TIME = "its time"
    WORK = "work"
    NOBODY = "nobody"
    """The replay ended first."""


class ReplayedSleep(Frozen):
    """One sleep that would have been."""

    ref: WorkloadRef
    paused_at: datetime
    woke_at: datetime
    woken_by: WokenBy
    because: str
    """Why it would have been paused."""
    regret: str = ""
    """The work that fell into it."""
    cost: HourlyCost | None = None
    avoided: float | None = None
    """In the currency of the cost, at today's price."""


class ReplayedLife:
    """One workload under one policy, moment by moment."""

    def __init__(self, policy: EnforcementPolicy, ref: WorkloadRef) -> None:
        self._policy = policy
        self._ref = ref
        self._paused: Decision | None = None
        self._paused_at = EARLIEST
        self._until: datetime | None = None
        self._awake_until = EARLIEST
        self.sleeps: list[ReplayedSleep] = []

    @property
    def is_asleep(self) -> bool:
        """Whether it would be asleep at the moment reached."""
        return self._paused is not None

    def may_be_judged(self, at: datetime) -> bool:
        """Whether a run of the policy at that moment would have to judge it: not asleep, nor just woken."""
        return not self.is_asleep and at >= self._awake_until

    def judge(self, at: datetime, decision: Decision) -> None:
        """Take what the policy decided on it."""
        if decision.reason is not Reason.PAUSE:
            return
        window, after = running_window(self._policy, at), self._policy.spec.resume_after
        self._paused, self._paused_at = decision, at
        self._until = earliest(None if window is None else window.end, None if after is None else at + after)

    def pass_by(self, at: datetime, work: str) -> None:
        """Go on to that moment; `work` was seen meanwhile, and is empty where there was none."""
        if self._until is not None and self._until <= at and not work:
            self._wake(self._until, WokenBy.TIME)
        elif work:
            self._wake(at, WokenBy.WORK, work)

    def end(self, at: datetime) -> None:
        """End the replay, and with it a sleep that still goes on."""
        if self.is_asleep:
            self._wake(at, WokenBy.NOBODY)

    def _wake(self, at: datetime, by: WokenBy, regret: str = "") -> None:
        assert self._paused is not None
        cost, spec = self._paused.cost, self._policy.spec
        self.sleeps.append(
            ReplayedSleep(
                ref=self._ref,
                paused_at=self._paused_at,
                woke_at=at,
                woken_by=by,
                because=self._paused.sentence,
                regret=regret,
                cost=cost,
                avoided=None if cost is None else avoided_between(cost, self._paused_at, at),
            )
        )
        self._paused = None
        # Its pods are new then, and have to be older than the idle window.
        self._awake_until = at + max(spec.cooldown_window, spec.idle_window or timedelta(0))


def as_it_ran(workload: Workload, at: datetime) -> Workload:
    """The workload as it may have been then, as far as the present object tells: awake, and untouched by what came
    later. Rollouts of that time show in the age of its pods.
    """
    original = workload.annotations.get(ORIGINAL_REPLICAS, "")
    kept = {key: value for key, value in workload.annotations.items() if not key.startswith(PREFIX) or key in _PEOPLES}
    replicas = workload.replicas or (int(original) if original.isascii() and original.isdigit() else 1)
    then = workload.replace(annotations=kept, replicas=replicas)
    if last_touch(then)[1] <= at:
        return then
    return then.replace(created_at=EARLIEST, writers=(), rollout=Rollout())
