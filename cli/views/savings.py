"""Savings as people read them."""

from collections.abc import Iterable

from cli.console import Terminal
from operations.past.reckoning import ESTIMATED, Savings
from operations.times import show_past
from policies.sleep.ledger import Entry
from policies.wording import amount

_COLUMNS = ("Asleep", "Frees", "Saves/h now", "Sleeps", "Hours", "Avoided")


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
    terminal.show_table((*first, *_COLUMNS), rows, numbers=(2, 4, 5, 6, 7))


def _figures(entry: Entry) -> tuple[str, ...]:
    asleep = bool(entry.asleep)
    return (
        str(entry.asleep),
        str(entry.freed) if asleep else "",
        _show_rate(entry) if asleep else "",
        f"{entry.sleeps:,}",
        f"{entry.slept_hours:,.1f}",
        _show_avoided(entry),
    )


def _show_rate(entry: Entry) -> str:
    return amount(entry.hourly, entry.currency, places=4) if entry.currency else "unknown"


def _show_avoided(entry: Entry) -> str:
    """With the sleeps whose price is not known, of which nobody knows what they avoided."""
    if not entry.currency:
        return "unknown"
    known = amount(entry.avoided, entry.currency)
    return f"{known}, of which {entry.unpriced:,} without a price" if entry.unpriced else known


def _describe_total(entry: Entry) -> str:
    slept = f"avoided by {entry.sleeps:,} sleeps of {entry.slept_hours:,.1f} hours together"
    if not entry.currency:
        return f"an unknown amount {slept}: none of them has a price"
    now, without = "", f", of which {entry.unpriced:,} without a price" if entry.unpriced else ""
    if entry.asleep:
        now = f"; {entry.asleep:,} asleep now free {entry.freed} and save {_show_rate(entry)} an hour"
    told = f"{amount(entry.avoided, entry.currency)} {slept}{without}"
    return f"{told} (estimate, {', '.join(entry.sources)}){now}"
