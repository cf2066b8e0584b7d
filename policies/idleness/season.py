"""The season gate: what comes back every week is not idle in between.

A workload that is quiet now may have been busy at the same hours of past weeks: the hours that it would sleep through.
The gate uses the whole weeks of history there are, at most four. Below two there is nothing to compare, so the idle
window itself must be a week long.
"""

from dataclasses import dataclass

from policies.durations import format_duration
from policies.idleness.answers import IdlenessVerdict
from policies.idleness.readings import WeekSeen, WorkloadSeen
from policies.idleness.signals import SIGNALS
from policies.idleness.terms import COVERAGE, WEEK, IdleTerms
from policies.policy.document import SeasonGate
from policies.policy.idle_limits import IdleLimits
from policies.wording import count
from policies.workload import Workload

WEEKS = 4
"""How far back it looks: two weeks are too few for a fortnightly job that was skipped once."""
ENOUGH_WEEKS = 2


@dataclass(frozen=True)
class Gate:
    """`idle` where it opens; what it went by, and where it does not open why."""

    verdict: IdlenessVerdict
    went_by: str
    sentence: str = ""


def ask_gate(workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> Gate:
    """Whether past weeks leave the gate open, and why not."""
    if terms.gate is SeasonGate.OFF:
        return Gate(IdlenessVerdict.IDLE, "the policy says seasonGate: Off, so past weeks were not asked")
    hours = f"the {format_duration(terms.horizon)} that it would sleep through"
    for week in seen.weeks:
        if because := _came_back(workload, seen, week, terms.limits):
            sentence = f"{_ago(week)} it was busy in {hours}: {because}"
            return Gate(IdlenessVerdict.BUSY, sentence, sentence)
    whole = count_whole_weeks(seen)
    if whole >= ENOUGH_WEEKS:
        return Gate(IdlenessVerdict.IDLE, f"it was quiet in {hours} in {whole} past weeks")
    known = f"history of {count(whole, 'whole week')} where {ENOUGH_WEEKS} are needed"
    if terms.window >= WEEK:
        return Gate(
            IdlenessVerdict.IDLE, f"{known}, but the idle window of {format_duration(terms.window)} is a week or more"
        )
    sentence = f"{known}, or an idleWindow of at least {format_duration(WEEK)}, or seasonGate: Off"
    return Gate(IdlenessVerdict.UNKNOWN, sentence, sentence)


def count_whole_weeks(seen: WorkloadSeen) -> int:
    """How many weeks back it was seen in those hours without a break."""
    count = 0
    for week in seen.weeks:
        if week.weeks_ago != count + 1 or week.coverage < COVERAGE:
            break
        count += 1
    return count


def _came_back(workload: Workload, seen: WorkloadSeen, week: WeekSeen, limits: IdleLimits) -> str:
    said = (
        signal.came_back(workload, seen, week.peaks[signal.name], limits)
        for signal in SIGNALS
        if signal.name in week.peaks
    )
    return "; ".join(because for because in said if because)


def _ago(week: WeekSeen) -> str:
    return "a week ago" if week.weeks_ago == 1 else f"{count(week.weeks_ago, 'week')} ago"
