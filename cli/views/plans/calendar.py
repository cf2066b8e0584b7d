"""Coming sleeps as people read them."""

from cli.console import Terminal
from cli.tables import TableColumn
from operations.plans.calendar import Calendar, ComingSleep
from operations.times import show_known
from policies.wording import count

_COLUMNS = ("Policy", "Sleep", "Wake")


def show_calendar(terminal: Terminal, coming: Calendar, *, days: int) -> None:
    """A line for each sleep. `days` is how far was looked ahead."""
    rows = [_row(each) for each in coming.sleeps]
    terminal.show_table((*_COLUMNS, TableColumn(title="Why", is_prose=True)), rows)
    if not rows:
        terminal.say(f"no sleep within {count(days, 'day')}")


def _row(each: ComingSleep) -> tuple[str, ...]:
    begin, end = show_known(each.sleep, each.zone), show_known(each.wake, each.zone)
    return (each.policy, begin or "before", end or "never", each.reason)
