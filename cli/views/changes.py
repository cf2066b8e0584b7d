"""Changes of policies as people read them."""

from collections.abc import Iterator
from datetime import datetime

from cli.answers.changes import ApplyAnswer
from cli.console import Terminal
from cli.views.holds import describe_hold
from operations.changes.consent import Consent
from operations.changes.forecast import Forecast
from operations.changes.policy_change import Novelty, PolicyChange
from operations.changes.schedule_look import ScheduleLook
from operations.costs.money import describe_foreseen
from policies.checks.controllers import OUTAGE
from policies.runs.first_window import describe_first_window
from policies.times import tell_instant
from policies.wording import count, name_some

HOW_TO_STOP = (
    "to stop it: `finops hold` (nothing more is paused until `finops release`); `finops resume --all` wakes what sleeps"
)
_NAMED = 3
_LINE_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show_change(terminal: Terminal, change: PolicyChange) -> None:
    """For each policy what is new about it and what it is about to do, what becomes of what is asleep, and what is not
    known.
    """
    for name in change.names:
        if change.novelties[name] is Novelty.UNCHANGED:
            terminal.say(f"policy {name} is in force as it is: unchanged")
    for forecast in change.forecasts:
        _show_forecast(terminal, forecast, change.novelties[forecast.policy])
    for handover in change.handovers:
        if handover.asleep:
            terminal.say(str(handover))
    for notice in change.notices:
        terminal.warn(f"notice: {notice.policy}: {notice.sentence}")
    for sentence in change.unknowns:
        terminal.warn(f"not known: {sentence}")
    if change.hold is not None:
        terminal.warn(describe_hold(change.hold))
    elif change.more or change.longer:
        terminal.say(HOW_TO_STOP)


def answer(change: PolicyChange, consent: Consent | None, *, dry_run: bool) -> ApplyAnswer:
    """A change as programs read it."""
    return ApplyAnswer(
        dry_run=dry_run,
        applied=change.names,
        novelties=change.novelties,
        changed=change.changed,
        removed=change.pruned,
        forecasts=change.forecasts,
        handovers=change.handovers,
        notices=change.notices,
        hold=change.hold,
        unknowns=change.unknowns,
        more=tuple(sorted(change.more)),
        longer=tuple(sorted(change.longer)),
        wake=change.wake,
        consent=consent,
    )


def show_dry_run(terminal: Terminal, change: PolicyChange, consent: Consent | None) -> None:
    """Print what would be asked, and how many policies it is about."""
    if consent is not None:
        terminal.say(f"it would ask: {consent.question} Go on?")
        if consent.too_much:
            terminal.say(f"without a terminal it would need --yes: {consent.too_much}")
    removed = f", {len(change.pruned)} removed: {', '.join(change.pruned)}" if change.pruned else ""
    terminal.say(f"dry run: {count(len(change.to_write), 'policy')} would be written{removed}; nothing was")


def show_schedules(terminal: Terminal, look: ScheduleLook) -> None:
    """Print only what is not as it should be."""
    if not look.worker:
        terminal.warn(f"no worker polls for cluster {look.cluster}: the policies count when one runs")
    for problem in look.problems:
        terminal.warn(problem)


def _show_forecast(terminal: Terminal, forecast: Forecast, novelty: Novelty) -> None:
    was = f" (was {forecast.was})" if forecast.was is not None and forecast.was != forecast.standing else ""
    terminal.say(f"{forecast.policy}: {forecast.standing}{was}, {novelty}", style="bold")
    for line in forecast.diff:
        terminal.say(line, style=_LINE_STYLES.get(line[:1], ""))
    for sentence in _describe(forecast):
        terminal.say(f"  {sentence}")
    for unmet in forecast.unmet:
        terminal.say(f"  warning: {unmet}", style="yellow")
    if forecast.controllers:
        named = name_some(list(forecast.controllers), _NAMED)
        terminal.say(f"  warning: with the look of an operator or a controller: {named}; {OUTAGE}", style="yellow")


def _describe(forecast: Forecast) -> Iterator[str]:
    when, number = _describe_time(forecast), forecast.pauses
    may = "go" if forecast.in_force else "would go"
    if number:
        first = number - forecast.held
        verb = "goes" if first == 1 and forecast.in_force else may
        share = (
            "" if forecast.percent is None else f", {forecast.percent:.0f} % of {forecast.deployments:,} asleep then"
        )
        yield f"{count(first, 'Deployment') if first else 'no Deployment'} {verb} to sleep {when}{share}"
        if forecast.held:
            yield f"{forecast.held:,} more from its second window on; brake: {describe_first_window(first)}"
        saves = f"all {number:,} together save" if forecast.held else "that saves"
        yield f"{saves} {describe_foreseen(forecast.saving)}"
    elif not forecast.undecided:
        yield f"this puts nothing more to sleep {when}; `finops plan` tells why"
    if forecast.undecided:
        more = "more might" if number else f"might go to sleep {when}"
        yield f"{forecast.undecided:,} {more}: what they cost, or whether they are idle, is not known yet"
    if forecast.brake is not None:
        yield f"brake: {forecast.brake}"
    elif forecast.first_run < number - forecast.held:
        yield f"{forecast.first_run:,} of them in the first run, by its limits"


def _describe_time(forecast: Forecast) -> str:
    """`as soon as a worker has read it, until Tue 01 Dec 07:00 CET`."""
    when = "as soon as a worker has read it" if forecast.at_once else f"at {_show_moment(forecast, forecast.at)}"
    return when if forecast.until is None else f"{when}, until {_show_moment(forecast, forecast.until)}"


def _show_moment(forecast: Forecast, instant: datetime) -> str:
    """In the policy's own zone, which it names, and with the year where that is not plain."""
    return tell_instant(instant, forecast.zone, forecast.seen_at)
