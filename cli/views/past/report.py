"""The morning report as people read it: the headline first, then what needs somebody, then the figures."""

from collections.abc import Iterable

from cli.console import Terminal
from cli.tables import TableColumn
from operations.past.night_sleepers import NightSleeper
from operations.past.report import NightReport
from operations.times import show_known, show_time
from policies.runs.nights import Fate
from policies.wording import amount

_COLUMNS = (
    TableColumn(title="Deployment"),
    TableColumn(title="Policy", gives_way=2),
    TableColumn(title="Asleep", gives_way=3),
    TableColumn(title="Awake", gives_way=1),
    TableColumn(title="Available"),
    TableColumn(title="Why", is_prose=True),
)
_NEEDS_SOMEBODY = (Fate.NOT_AVAILABLE, Fate.STUCK, Fate.STARTING)
_NAMED = 20


def show_report(terminal: Terminal, made: NightReport, *, show_all: bool) -> None:
    """Print it. Times are in the report's zone."""
    terminal.say(made.headline, style="bold red" if made.night.needs_somebody else "bold")
    terminal.say(f"since {show_time(made.since, made.zone)}, cluster {made.cluster}", style="dim")
    for trouble in made.troubles:
        terminal.say(trouble, style="yellow")
    chosen = [each for each in made.sleepers if show_all or each.fate in _NEEDS_SOMEBODY]
    shown = chosen if show_all else chosen[:_NAMED]
    if shown:
        terminal.say()
        terminal.show_table(_COLUMNS, (_row(each, made.zone) for each in shown))
    if len(chosen) > len(shown):
        terminal.say(f"and {len(chosen) - len(shown):,} more: --all lists them", style="dim")
    if made.sleepers:
        terminal.say()
        for line in _figures(made):
            terminal.say(line)
    if made.unreadable:
        terminal.say(f"not counted, because nothing could be read of them: {made.unreadable:,}", style="yellow")
    if made.data_since is not None and made.data_since > made.since:
        terminal.say(f"nothing is known from before {show_time(made.data_since, made.zone)}", style="yellow")


def _figures(made: NightReport) -> Iterable[str]:
    under = [f"{number:,} under {policy or 'a policy that is not known'}" for policy, number in made.under.items()]
    yield f"slept: {', '.join(under)}"
    for why, number in made.woken_because.items():
        yield f"woke:  {number:,}: {why}"
    for entry in made.total:
        saved = f"{amount(entry.avoided, entry.currency)} by " if entry.currency else "an unknown amount by "
        sources = f" (estimate, {', '.join(entry.sources)})" if entry.currency else ""
        yield f"saved: {saved}{entry.slept_hours:,.1f} h of sleep{sources}"


def _row(each: NightSleeper, zone: str) -> tuple[str, ...]:
    return (
        str(each.workload),
        each.policy,
        show_known(each.slept_at, zone),
        show_known(each.woke_at, zone),
        show_known(each.available_at, zone) or each.fate.replace("-", " "),
        "; ".join(filter(None, (each.why, each.trouble))),
    )
