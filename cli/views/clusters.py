"""All clusters as people read them: a line for each."""

from collections.abc import Sequence

from cli.console import Terminal
from operations.present.clusters import ClusterOverview
from operations.present.saved_now import describe_saved_now
from operations.times import show_time

_COLUMNS = ("Cluster", "Worker", "Asleep", "In trouble", "Overdue", "Saves/h", "Hold", "Reconciled")


def show_clusters(terminal: Terminal, found: Sequence[ClusterOverview]) -> None:
    """The table, then each that needs somebody."""
    if not found:
        terminal.say("no worker has been up for any cluster yet")
        return
    terminal.show_table(_COLUMNS, map(_row, found), numbers=(2, 3, 4, 5))
    for each in found:
        if each.trouble:
            terminal.say(f"{each.cluster}: {each.trouble}", "red")
        elif not each.worker:
            terminal.say(f"{each.cluster}: no worker polls, so nothing is paused and nothing wakes there", "yellow")


def _row(each: ClusterOverview) -> tuple[str, ...]:
    if each.worker is None:
        return (each.cluster, "?", "?", "?", "?", "?", "?", "?")
    return (
        each.cluster,
        "up" if each.worker else "NONE",
        str(each.asleep),
        str(each.in_trouble),
        str(each.overdue),
        describe_saved_now(each.savings).replace(" an hour", ""),
        each.hold,
        "" if each.reconciled_at is None else show_time(each.reconciled_at),
    )
