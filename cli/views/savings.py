"""Savings as people read them."""

from collections.abc import Iterable

from cli.console import Terminal
from operations.past.reckoning import ESTIMATED, Savings
from operations.times import show_past
from policies.sleep.ledger import Entry

_COLUMNS = ("Asleep", "Frees", "Saves/h now", "Up to/month", "Sleeps", "Hours", "Avoided")


def show_savings(terminal: Terminal, made: Savings, *, show_all: bool) -> None:
    """The table, the sums, and what they are worth."""
    for trouble in made.troubles:
        terminal.say(trouble, style="yellow")
    terminal.say(f"{show_past(made.since)} to {show_past(made.until)}")
    if not made.workloads:
        terminal.say("nothing was asleep")
    elif show_all:
        rows = ((entry.policy, f"{entry.namespace}/{entry.name}", *_figures(entry)) for entry in made.workloads)
        _show_table(terminal, ("Policy", "Deployment"), rows)
    else:
        rows = ((entry.policy, entry.namespace, *_figures(entry)) for entry in made.groups)
        _show_table(terminal, ("Policy", "Namespace"), rows)
    for entry in made.total:
        terminal.say(_describe_total(entry))
    if made.data_since is not None:
        terminal.say(f"data since {show_past(made.data_since)}", style="dim")
    if made.strangers:
        terminal.say(f"{made.strangers} sleep under another installation and are not counted", style="yellow")
    if made.unreadable:
        terminal.say(f"of {made.unreadable} nothing could be read, and they are not counted", style="yellow")
    terminal.say(ESTIMATED, style="dim")
    terminal.say(made.realised, style="dim")


def _show_table(terminal: Terminal, first: tuple[str, str], rows: Iterable[tuple[str, ...]]) -> None:
    terminal.show_table((*first, *_COLUMNS), rows, numbers=(2, 4, 5, 6, 7, 8))


def _figures(entry: Entry) -> tuple[str, ...]:
    asleep = bool(entry.asleep)
    return (
        str(entry.asleep),
        str(entry.freed) if asleep else "",
        f"{entry.hourly:.4f}" if asleep and entry.currency else "",
        f"{entry.up_to_per_month:.2f}" if asleep and entry.currency else "",
        str(entry.sleeps),
        f"{entry.slept_hours:.1f}",
        f"{entry.avoided:.2f} {entry.currency}" if entry.currency else "no price",
    )


def _describe_total(entry: Entry) -> str:
    if not entry.currency:
        return f"{entry.sleeps} sleeps without a price, {entry.slept_hours:.1f} hours"
    now = ""
    if entry.asleep:
        now = (
            f"; {entry.asleep} asleep now free {entry.freed} and save {entry.hourly:.4f} {entry.currency} an hour, up "
            f"to {entry.up_to_per_month:.2f} {entry.currency} a month"
        )
    return (
        f"{entry.avoided:.2f} {entry.currency} avoided by {entry.sleeps} sleeps of {entry.slept_hours:.1f} hours "
        f"together (estimate, {', '.join(entry.sources)}){now}"
    )
