"""What goes into a hibernation, what can be said to it, and what comes out."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from policies.annotations import PauseRecord, WakeNote
from policies.calendar.allowance import Allowance
from policies.calendar.spread import share_of
from policies.checks.decision import Candidate
from policies.models import Code, Frozen, PersonName, PersonReason
from policies.sleep.ledger import Slept
from policies.times import Instant, earliest, from_rfc3339
from policies.workload import Observation, WorkloadRef


class Phase(Code):
    """Where a hibernation stands. The search attribute HibernationState holds one of these."""

    PAUSING = "pausing"
    ASLEEP = "asleep"
    RESUMING = "resuming"
    RESUME_FAILING = "resume-failing"
    COOLING = "cooling"
    AWAKE = "awake"


AWAKE_PHASES = frozenset({Phase.COOLING, Phase.AWAKE})
"""Phases in which there is nothing to wake. In all others, and in one that a later version named, there may be."""
SAVING_PHASES = frozenset({Phase.ASLEEP, Phase.RESUMING, Phase.RESUME_FAILING})
"""Phases in which it is known to sleep."""


class Terms(Frozen):
    """What holds for all pauses that one run of a policy asks for."""

    not_after: datetime
    """As long as the evaluation holds: what is not carried out by then is not carried out."""
    window_end: datetime | None = None
    resume_after: timedelta | None = None
    zone: str = "UTC"
    """Of the policy: where a day ends that somebody names in `exclude-until`."""
    spread: timedelta = timedelta(0)
    """How long the wakes at the window's end are spread over."""
    allowance: Allowance | None = None
    """How much sleep the policy allows; None of a pause by hand, which comes once."""

    def wake_time(self, ref: WorkloadRef, paused_at: datetime) -> datetime | None:
        """When a pause that begins then ends by itself: the earlier of the window's end, with the workload's share of
        the spread, and `resumeAfter`.
        """
        end, after = self.window_end, self.resume_after
        return earliest(
            None if end is None else end + share_of(self.spread, ref.namespace, ref.name),
            None if after is None else paused_at + after,
        )


class PauseOrder(Frozen):
    """A pause to carry out: what was evaluated, under which policy, and on which terms."""

    candidate: Candidate
    policy: str
    terms: Terms
    after: tuple[WorkloadRef, ...] = ()
    """Those of the same run that wait for this workload when they wake: they go down first."""

    @property
    def seen(self) -> Observation:
        """The workload as the evaluation saw it."""
        return self.candidate.seen


class Hibernation(Frozen):
    """The input of a hibernation: which workload, and where its life begins.

    Exactly one of `pause` (go to sleep), `sleep` (adopted or continued: it sleeps already), and `awake` (keep it
    awake) is set. `waking` with `sleep` means: wake it at once.
    """

    cluster: str
    instance: str
    ref: WorkloadRef
    pause: PauseOrder | None = None
    sleep: PauseRecord | None = None
    revision: str = ""
    extended_until: datetime | None = None
    waking: "WakeRequest | None" = None
    awake: WakeNote | None = None
    may_shorten: bool = False
    """Whether `awake` holds also where the workload carries a longer time."""
    cycles: int = 0
    """How many pauses the runs before this one had: it makes their pause-ids differ."""
    reasserts: tuple[datetime, ...] = ()
    """When the runs before this one put the workload to sleep again against its HPA."""
    kept: str = ""
    """Who keeps it awake, and why, in a sentence."""


class WakeRequest(Frozen):
    """A person's wish to have a workload back: who, why, and for how long."""

    by: PersonName = "somebody"
    reason: PersonReason = ""
    until: Instant | None = None
    may_shorten: bool = False
    """Whether `until` holds also where it is kept awake for longer."""

    @property
    def asked(self) -> str:
        """Who asked and why, as the end of a sentence."""
        return f"{self.by}: {self.reason}" if self.reason else self.by


class Until(Frozen):
    """A time until which something shall hold, and who says so."""

    until: Instant
    by: PersonName = "somebody"
    asked_at: Instant | None = None
    """When they said so, by their own clock: Temporal's may be hours ahead of it."""
    may_shorten: bool = True
    """Of keeping awake: no where the workload was meant among others."""
    reason: PersonReason = ""


class ManualPause(Frozen):
    """A person's pause of a workload whose hibernation is still open: judged by the caller, on this observation."""

    order: PauseOrder
    by: PersonName = "somebody"


class CheckRequest(Frozen):
    """A nudge to look again. `gone_policy` is a policy that was just deleted and must not be asked any more."""

    gone_policy: str = ""


class HibernationStatus(Frozen):
    """What the query `status` answers."""

    phase: Phase
    ref: WorkloadRef
    policy: str = ""
    original_replicas: int | None = None
    paused_at: datetime | None = None
    resume_at: datetime | None = None
    awake_until: datetime | None = None
    awake_because: str = ""
    awake_sentence: str = ""
    """What woke it, or who keeps it awake, and why."""
    trouble: str = ""


class HibernationResult(Frozen):
    """How a hibernation ended."""

    ref: WorkloadRef
    outcome: str
    sentence: str
    original_replicas: int | None = None
    slept_seconds: float = Field(default=0, ge=0)
    avoided_cost: float = Field(default=0, ge=0)
    currency: str = ""
    reasserts: tuple[datetime, ...] = ()
    """When it was put to sleep again against an HPA: counted over all hibernations of a workload."""
    sleeps: tuple[Slept, ...] = ()
    """Each of its sleeps, for the figures of a period."""


def parse_wake(value: Any) -> WakeRequest:
    """Whatever somebody typed into the Temporal UI, as a wake: a signal must never be lost over its input.

    A string is taken as who asks; an object's known fields are used where they fit.
    """
    if isinstance(value, str) and value:
        return WakeRequest(by=value)
    if not isinstance(value, dict):
        return WakeRequest()
    by, reason = value.get("by"), value.get("reason")
    return WakeRequest(
        by=by if isinstance(by, str) and by else "somebody",
        reason=reason if isinstance(reason, str) else "",
        until=_instant(value.get("until")),
        may_shorten=value.get("may_shorten") is True,
    )


def parse_check(value: Any) -> CheckRequest:
    """The check that was asked for; input that fits nothing is a plain check."""
    gone = value.get("gone_policy") if isinstance(value, dict) else None
    return CheckRequest(gone_policy=gone if isinstance(gone, str) else "")


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return from_rfc3339(value)
    except ValueError:
        return None


Hibernation.model_rebuild()
