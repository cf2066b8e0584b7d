"""What people are told: one digest at a window's start, one for each later run that changed something, and alerts.

A dry run is told once a window, and once a day where its window never ends.
"""

from datetime import datetime
from enum import StrEnum

from policies.checks.reasons import OUT_OF_SCOPE, Reason
from policies.models import Frozen
from policies.runs.enforcement import EnforcementResult
from policies.runs.nights import tell_night
from policies.times import to_rfc3339
from policies.wording import amount

MOST_REASONS = 6
_NOT_MEANT = OUT_OF_SCOPE | {Reason.PAUSE}
"""Not reasons why something that the policy means stays awake."""


class Urgency(StrEnum):
    """Whether somebody should look."""

    INFO = "info"
    WARNING = "warning"


class Fact(Frozen):
    """A name and a value, for a table."""

    name: str
    value: str


class Message(Frozen):
    """What is sent: plain text, which each sender makes safe for the place where it is shown."""

    kind: str
    """`digest`, or the kind of an alert."""
    cluster: str
    title: str
    text: str
    urgency: Urgency = Urgency.INFO
    facts: tuple[Fact, ...] = ()
    policy: str = ""
    workload: str = ""


class Digest(Frozen):
    """A run that is worth telling."""

    cluster: str
    at_start: bool
    result: EnforcementResult
    window_end: datetime | None = None
    at: datetime | None = None
    """The moment that the run is about."""
    zone: str = "UTC"
    """Of the policy, for the times in it."""


def window_key(window_start: datetime | None, now: datetime) -> str:
    """What a window is remembered by; one that never ends is another one each day."""
    return to_rfc3339(window_start) if window_start is not None else now.date().isoformat()


def is_worth_telling(result: EnforcementResult, before: EnforcementResult, *, has_start: bool) -> bool:
    """Whether a run is told. `has_start`: its window has a beginning.

    `told_window` of the run before says which window was told already.
    """
    if result.skipped:
        return False
    is_first = result.told_window != before.told_window
    if result.dry_run or (is_first and has_start):
        return is_first
    return result.started > 0 or (result.brake is not None and before.brake is None)


def describe(digest: Digest) -> Message:
    """A digest as people read it."""
    result = digest.result
    mode = "dry run of " if result.dry_run else ""
    when = "A window begins" if digest.at_start else "A run"
    facts = [Fact(name="expected", value=str(result.decisions.get(Reason.PAUSE, 0)))]
    if not result.dry_run:
        facts += [Fact(name="going to sleep", value=str(result.started))]
        facts += [Fact(name="asleep before", value=str(result.census.asleep))]
    if result.held_back:
        facts.append(Fact(name="wait for the next run", value=str(result.held_back)))
    if result.held_by_first_window:
        facts.append(Fact(name="wait for its second window", value=str(result.held_by_first_window)))
    if digest.window_end is not None:
        facts.append(Fact(name="until", value=to_rfc3339(digest.window_end)))
    if result.currency:
        facts += [
            Fact(name="saves an hour asleep (estimate)", value=amount(result.hourly, result.currency, places=4)),
            Fact(
                name=f"a month{' by its calendar' if result.by_calendar else ''}, up to",
                value=amount(result.up_to_per_month, result.currency),
            ),
        ]
    return Message(
        kind="digest",
        cluster=digest.cluster,
        title=f"{when}: {mode}{result.policy} on {digest.cluster}",
        text="\n".join(part for part in (f"{result.sentence} {_why_not(result)}".strip(), _tell_night(digest)) if part),
        urgency=Urgency.WARNING if result.brake is not None else Urgency.INFO,
        facts=tuple(facts),
        policy=result.policy,
    )


def _tell_night(digest: Digest) -> str:
    """The last line of a window's first digest: what became of what slept before. The same sentence heads the report of
    `finops report`.
    """
    night = digest.result.night
    if digest.at is None or not (digest.at_start and night.slept):
        return ""
    return f"Since the last time: {tell_night(night, digest.zone, digest.at)}."


def _why_not(result: EnforcementResult) -> str:
    """Why what the policy means stays awake, the most frequent reasons first."""
    counted = [(number, reason) for reason, number in result.decisions.items() if reason not in _NOT_MEANT and number]
    counted.sort(key=lambda item: (-item[0], item[1]))
    said = ", ".join(f"{number} {reason}" for number, reason in counted[:MOST_REASONS])
    return f"Not paused: {said}." if said else ""
