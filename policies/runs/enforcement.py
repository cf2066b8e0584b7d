"""What goes into an enforcement, and what comes out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from policies.checks.limits import Brake, Census
from policies.checks.reasons import Reason
from policies.models import Frozen
from policies.runs.first_window import FIRST_WINDOW_PAUSES, FirstWindow
from policies.runs.nights import Night
from policies.wording import amount, count
from policies.workload import WorkloadRef

LONGEST_RUN = timedelta(minutes=10)
"""As long as an evaluation holds: what a run asks for later than that is not carried out."""


class Enforcement(Frozen):
    """The input of a run: names only. The policy is read through the worker's snapshot of its source."""

    cluster: str
    policy: str


class JudgedRun(Frozen):
    """The last run that judged anything. Between two windows every run does nothing, and remembers this one."""

    at: datetime
    sentence: str
    dry_run: bool
    would_pause: int = 0
    """How many it found that may be paused: what a dry run would have done."""
    most_in_window: int = 0
    """The most that any run of its window found, this one included: towards the end of a window nothing is worth a
    pause any more."""
    held_by_first_window: int = 0
    """How many stayed awake because the window was the policy's first."""
    window: str = ""
    """The window that it ran in."""


class EnforcementResult(Frozen):
    """The totals of a run. `skipped` says why nothing was judged at all."""

    policy: str
    sentence: str
    dry_run: bool = True
    skipped: str = ""
    decisions: Mapping[Reason, int] = {}
    census: Census = Census()
    started: int = 0
    already_there: int = 0
    held_back: int = 0
    unreadable: int = 0
    """Deployments that could not be understood, so that they were left alone."""
    chosen_last: WorkloadRef | None = None
    """The last of those that were to be paused: a limited run goes on behind it."""
    brake: Brake | None = None
    first_window: FirstWindow | None = None
    """None until it pauses something in Enforce: the next run starts from this result."""
    held_by_first_window: int = 0
    """How many stay awake because this is its first window."""
    hourly: float = 0
    """What the candidates would save while all of them sleep."""
    up_to_per_month: float = 0
    """The same in a month, for the hours that the policy allows."""
    by_calendar: bool = True
    """Whether a schedule says how many hours those are."""
    currency: str = ""
    told_window: str = ""
    """The window that people were told of: the next run starts from this result."""
    last_judged: JudgedRun | None = None
    """This run, or the last before it that judged anything; None where no such run is known."""
    night: Night = Night()
    """What slept before this run, and whether it is back, of what the policy means."""


def remember_run(result: EnforcementResult, at: datetime, before: JudgedRun | None = None) -> JudgedRun:
    """What later runs that do nothing carry on of this one. `before` is the last that judged anything before it."""
    found = result.decisions.get(Reason.PAUSE, 0)
    is_alike = before is not None and (before.window, before.dry_run) == (result.told_window, result.dry_run)
    return JudgedRun(
        at=at,
        sentence=result.sentence,
        dry_run=result.dry_run,
        would_pause=found,
        most_in_window=max(found, before.most_in_window) if before is not None and is_alike else found,
        held_by_first_window=result.held_by_first_window,
        window=result.told_window,
    )


def describe_foreseen(result: EnforcementResult) -> str:
    """What the candidates of a run would save: their rate, and a month by the calendar."""
    if not result.currency:
        return "an unknown amount"
    rate, month = amount(result.hourly, result.currency, places=4), amount(result.up_to_per_month, result.currency)
    by_calendar = " by its calendar" if result.by_calendar else ""
    return f"{rate} an hour asleep, up to {month} a month{by_calendar}"


def describe_run(
    result: EnforcementResult, candidates: int, *, stopped: str = "", first_window_limit: int | None = None
) -> str:
    """The run in a sentence. `candidates` were to be paused; `stopped` is why not all of them were started. What a
    first window lets go to sleep is foreseen by a dry run.
    """
    judged = sum(result.decisions.values())
    left_alone = (
        f" Left alone, because they could not be understood: {result.unreadable:,}." if result.unreadable else ""
    )
    if result.brake is not None:
        return f"{result.brake}.{left_alone}"
    if result.dry_run:
        braked = first_window_limit is not None and candidates > first_window_limit
        at_first = f" ({first_window_limit:,} in a first window)" if braked else ""
        return (
            f"Dry run: {candidates:,} of {count(judged, 'Deployment')} would be paused{at_first}, to save "
            f"{describe_foreseen(result)}.{left_alone}"
        )
    waiting = f", {result.held_back:,} to wait for the next run" if result.held_back else ""
    if result.held_by_first_window:
        waiting += (
            f", {result.held_by_first_window:,} stay awake in its first window, in which a policy without limits puts "
            f"at most {FIRST_WINDOW_PAUSES} to sleep"
        )
    ended = f"; {stopped}" if stopped else ""
    return f"{result.started:,} of {count(judged, 'Deployment')} go to sleep{waiting}{ended}.{left_alone}"
