"""All clusters as people read them: a line for each."""

from collections.abc import Sequence

from cli.console import Terminal
from cli.tables import TableColumn
from operations.present.clusters import ClusterOverview
from operations.present.saved_now import describe_saved_now
from operations.times import show_time

_COLUMNS = (
    TableColumn(title="Cluster"),
    TableColumn(title="Worker"),
    TableColumn(title="Asleep", is_number=True),
    TableColumn(title="In trouble", is_number=True),
    TableColumn(title="Overdue", is_number=True),
    TableColumn(title="Saves/h", is_number=True, gives_way=2),
    TableColumn(title="Hold", gives_way=1),
    TableColumn(title="Reconciled", gives_way=3),
)


def show_clusters(terminal: Terminal, found: Sequence[ClusterOverview]) -> None:
    """The table, then each that needs somebody."""
    if not found:
        terminal.say("no worker has been up for any cluster yet")
        return
    terminal.show_table(_COLUMNS, map(_row, found))
    for each in found:
        if each.trouble:
            terminal.say(f"{each.cluster}: {each.trouble}", "red")
        elif not each.worker:
            style = "yellow" if each.is_served else "bold red"
            terminal.say(f"{each.cluster}: no worker polls, so nothing is paused and nothing wakes there", style)


def _row(each: ClusterOverview) -> tuple[str, ...]:
    if each.worker is None:
        return (each.cluster, "?", "?", "?", "?", "?", "?", "?")
    return (
        each.cluster,
        "up" if each.worker else "NONE",
        f"{each.asleep:,}",
        f"{each.in_trouble:,}",
        f"{each.overdue:,}",
        describe_saved_now(each.savings).replace(" an hour", ""),
        each.hold,
        "" if each.reconciled_at is None else show_time(each.reconciled_at),
    )
