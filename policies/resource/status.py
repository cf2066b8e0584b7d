"""What the `status` of a policy in the cluster says: whether it is in force, and what it does.

Written when something other than `lastReconcileTime` changed, or hourly: a status that is written every few minutes
wakes everybody who watches policies.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from policies.calendar.allowance import allowance_of
from policies.calendar.foreseen import saved_per_month
from policies.calendar.sleep_windows import next_window
from policies.models import Frozen, unknown_means
from policies.policy.document import EnforcementPolicy
from policies.times import EARLIEST, to_rfc3339
from policies.wording import amount

REWRITTEN_AFTER = timedelta(hours=1)
READY = "Ready"
DEGRADED = "Degraded"
_LONGEST_MESSAGE = 2_000
"""Of what is wrong with a policy; Kubernetes takes 32,768 bytes."""


class _StatusPart(Frozen):
    """camelCase in the resource. Unknown fields are ignored: a newer worker may have written them."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
    )


class Condition(_StatusPart):
    """One condition, as Kubernetes has them."""

    type: str
    """Ready or Degraded."""
    status: Annotated[Literal["True", "False", "Unknown"], unknown_means("Unknown")]
    """Whether it holds."""
    reason: str
    """One word that programs may read."""
    message: str = ""
    """A sentence for people."""
    last_transition_time: str = ""
    """When the status last changed."""
    observed_generation: int = 0
    """The generation that it is about."""


class PolicyStatus(_StatusPart):
    """What the worker saw and did. Counts and savings are those of the last reconciliation."""

    observed_generation: int = 0
    """The generation of the spec that this is about."""
    conditions: tuple[Condition, ...] = ()
    """Ready: the policy is in force. Degraded: it is, and cannot do all that it says."""
    matched_resources: int = 0
    """Deployments that its namespaces and selector mean."""
    paused_resources: int = 0
    """Those of them that sleep under it now."""
    actions_taken: int = 0
    """Pauses and wakes that were carried out under it."""
    estimated_monthly_savings: str = ""
    """What a month saves at most of what sleeps now: an estimate, for the hours that the policy allows."""
    next_start: str = ""
    """When its next window begins, or began. Nothing without a schedule."""
    next_end: str = ""
    """When that window ends. Nothing without a schedule."""
    last_reconcile_time: str = ""
    """The reconciliation that the figures are of."""

    def condition(self, kind: str) -> Condition | None:
        """The condition of this type."""
        return next((each for each in self.conditions if each.type == kind), None)


class PolicyFigures(Frozen):
    """What one reconciliation saw of a policy."""

    at: datetime
    matched: int = 0
    paused: int = 0
    hourly: Mapping[str, float] = {}
    """What its sleepers save an hour, by currency."""


class PolicyObservation(Frozen):
    """A policy as the worker sees it now."""

    generation: int
    policy: EnforcementPolicy | None = None
    """None where the document cannot be used."""
    problem: str = ""
    """What is wrong with it then."""
    hindrance: tuple[str, str] | None = None
    """Reason and sentence: what keeps a good policy from doing all that it says."""
    figures: PolicyFigures | None = None
    new_actions: int = 0


def follow(before: PolicyStatus, seen: PolicyObservation, now: datetime) -> PolicyStatus:
    """The status after this observation. Figures of an older reconciliation than those it holds change nothing."""
    figures = seen.figures
    window = None if seen.policy is None or seen.policy.spec.schedule is None else next_window(seen.policy, now)
    status = before.replace(
        observed_generation=seen.generation,
        conditions=_conditions(before, seen, now),
        actions_taken=before.actions_taken + seen.new_actions,
        next_start="" if window is None or window.start is None else to_rfc3339(window.start),
        next_end="" if window is None or window.end is None else to_rfc3339(window.end),
    )
    if figures is None or to_rfc3339(figures.at) <= before.last_reconcile_time:
        return status
    return status.replace(
        matched_resources=figures.matched,
        paused_resources=figures.paused,
        estimated_monthly_savings=_written(figures.hourly, seen.policy, now),
        last_reconcile_time=to_rfc3339(figures.at),
    )


def is_worth_writing(before: PolicyStatus, after: PolicyStatus) -> bool:
    """Whether anything but the time of the reconciliation has changed, or that time is an hour old."""
    told, known = before.last_reconcile_time, after.last_reconcile_time
    if after != before.replace(last_reconcile_time=known):
        return True
    return bool(known) and _instant(known) - _instant(told) >= REWRITTEN_AFTER


def _conditions(before: PolicyStatus, seen: PolicyObservation, now: datetime) -> tuple[Condition, ...]:
    if seen.policy is None:
        ready = (READY, "False", "Invalid", seen.problem[:_LONGEST_MESSAGE])
    elif seen.policy.spec.suspend:
        ready = (READY, "False", "Suspended", "No new pauses, and what slept under it wakes.")
    else:
        ready = (READY, "True", "InForce", f"Judged in mode {seen.policy.spec.mode}.")
    degraded = (DEGRADED, "False", "AsWritten", "")
    if seen.policy is None:
        degraded = (DEGRADED, "True", "Invalid", "No new pauses; what sleeps under it keeps its time.")
    elif seen.hindrance is not None:
        degraded = (DEGRADED, "True", *seen.hindrance)
    return tuple(_condition(before, seen.generation, now, *each) for each in (ready, degraded))


def _condition(
    before: PolicyStatus,
    generation: int,
    now: datetime,
    kind: str,
    status: str,
    reason: str,
    message: str,
) -> Condition:
    """A condition that keeps the time of its last transition while its status stays what it was."""
    known = before.condition(kind)
    since = to_rfc3339(now) if known is None or known.status != status else known.last_transition_time
    return Condition.model_validate(
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "last_transition_time": since,
            "observed_generation": generation,
        }
    )


def _written(hourly: Mapping[str, float], policy: EnforcementPolicy | None, now: datetime) -> str:
    """Nothing where the policy cannot be read: nobody knows its calendar then."""
    if policy is None:
        return ""
    allowance = allowance_of(policy, now)
    return "; ".join(
        amount(saved_per_month(rate, allowance), currency) for currency, rate in sorted(hourly.items()) if currency
    )


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return EARLIEST
