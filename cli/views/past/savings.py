"""Savings as people read them."""

from cli.console import Terminal
from cli.grammar.lists import SortKeys, arrange, tell_rest
from cli.tables import TableColumn
from operations.past.reckoning import ESTIMATED, Savings
from operations.times import show_known
from policies.sleep.ledger import Entry
from policies.wording import amount, count

_COLUMNS = (
    TableColumn(title="Asleep", is_number=True),
    TableColumn(title="Frees", gives_way=1),
    TableColumn(title="Saves/h now", is_number=True, gives_way=3),
    TableColumn(title="Sleeps", is_number=True),
    TableColumn(title="Hours", is_number=True, gives_way=1),
    TableColumn(title="Avoided", is_number=True),
)
SORT_KEYS: SortKeys = {
    "name": lambda entry: (entry.namespace, entry.name),
    "policy": lambda entry: entry.policy,
    "saving": lambda entry: entry.avoided if entry.currency else None,
    "hours": lambda entry: entry.slept_hours,
    "sleeps": lambda entry: entry.sleeps,
}


def show_savings(
    terminal: Terminal, made: Savings, *, show_all: bool, sort_by: str | None = None, limit: int | None = None
) -> None:
    """The table, the sums, and what they are worth."""
    for trouble in made.troubles:
        terminal.say(trouble, style="yellow")
    terminal.say(f"{show_known(made.since)} to {show_known(made.until)}")
    if not made.workloads:
        terminal.say("nothing was asleep")
    else:
        _show_entries(terminal, made, show_all=show_all, sort_by=sort_by, limit=limit)
    for entry in made.total:
        terminal.say(_describe_total(entry))
    if made.data_since is not None:
        terminal.say(f"data since {show_known(made.data_since)}", style="dim")
    if made.strangers:
        terminal.say(
            f"not counted, because they are another installation's: {count(made.strangers, 'sleeper')}", style="yellow"
        )
    if made.unreadable:
        terminal.say(f"not counted, because nothing of them could be read: {made.unreadable:,}", style="yellow")
    terminal.say(ESTIMATED, style="dim")
    terminal.say(made.realised, style="dim")


def _show_entries(terminal: Terminal, made: Savings, *, show_all: bool, sort_by: str | None, limit: int | None) -> None:
    listed = made.workloads if show_all else made.groups
    entries = arrange(listed, SORT_KEYS, sort_by, limit)
    names = [f"{entry.namespace}/{entry.name}" if show_all else entry.namespace for entry in entries]
    rows = [(entry.policy, name, *_figures(entry)) for entry, name in zip(entries, names, strict=True)]
    terminal.show_table(("Policy", "Deployment" if show_all else "Namespace", *_COLUMNS), rows)
    tell_rest(terminal, len(entries), len(listed))


def _figures(entry: Entry) -> tuple[str, ...]:
    asleep = bool(entry.asleep)
    return (
        f"{entry.asleep:,}",
        str(entry.freed) if asleep else "",
        _show_rate(entry) if asleep else "",
        f"{entry.sleeps:,}",
        f"{entry.slept_hours:,.1f}",
        _show_avoided(entry),
    )


def _show_rate(entry: Entry) -> str:
    known = entry.currency and (entry.hourly or not entry.unpriced)
    return amount(entry.hourly, entry.currency, places=4) if known else "unknown"


def _show_avoided(entry: Entry) -> str:
    """With the sleeps whose price is not known, of which nobody knows what they avoided."""
    if not entry.currency:
        return "unknown"
    known = amount(entry.avoided, entry.currency)
    return f"{known}, of which {entry.unpriced:,} without a price" if entry.unpriced else known


def _describe_total(entry: Entry) -> str:
    slept = f"avoided by {count(entry.sleeps, 'sleep')} of {entry.slept_hours:,.1f} h together"
    if not entry.currency:
        return f"an unknown amount {slept}: none of them has a price"
    now, without = "", f", of which {entry.unpriced:,} without a price" if entry.unpriced else ""
    if entry.asleep:
        now = f"; {entry.asleep:,} asleep now free {entry.freed} and save {_show_rate(entry)} an hour"
    told = f"{amount(entry.avoided, entry.currency)} {slept}{without}"
    return f"{told} (estimate, {', '.join(entry.sources)}){now}"
