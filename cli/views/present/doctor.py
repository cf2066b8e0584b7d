"""What doctor found, as people read it."""

from collections.abc import Iterable

from cli.console import Terminal
from operations.doctor.check_results import CheckResult, Level

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def show_checks(terminal: Terminal, results: Iterable[CheckResult]) -> None:
    """A line for each, and one more for how to mend what is not well."""
    for result in results:
        terminal.say(f"{result.level:<4}  {result.subject}: {result.sentence}", style=_STYLES[result.level])
        if result.mend and result.level is not Level.OK:
            terminal.say(f"      -> {result.mend}")
