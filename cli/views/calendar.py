"""Coming sleeps as people read them."""

from datetime import datetime

from cli.console import Terminal
from operations.plans.calendar import Calendar

_FORMAT = "%a %d %b %Y %H:%M %z"


def show_calendar(terminal: Terminal, coming: Calendar, *, days: int) -> None:
    """A line for each sleep. `days` is how far was looked ahead."""
    rows = [
        (each.policy, _show(each.sleep, "before"), _show(each.wake, "never"), each.reason) for each in coming.sleeps
    ]
    terminal.show_table(("Policy", "Sleep", "Wake", "Why"), rows)
    if not rows:
        terminal.say(f"no sleep within {days} days")


def _show(at: datetime | None, otherwise: str) -> str:
    return otherwise if at is None else at.strftime(_FORMAT)
