"""The history of a workload as people read it."""

from collections.abc import Iterator
from datetime import datetime

from cli.console import Terminal
from cli.tables import TableColumn
from operations.past.carried import Carried, KnownCopy
from operations.past.hibernation_runs import HibernationRun, KnownRuns
from operations.past.history import History
from operations.past.outlook import Outlook
from operations.sleepers.records import describe_sleep
from operations.targets import is_sleeper
from operations.times import show_known, show_span, show_time
from policies import annotations as notes
from policies.readable import describe_awake
from policies.sleep.ledger import Slept
from policies.wording import amount, count
from policies.workload import Workload

_SLEEPS = (
    TableColumn(title="Began"),
    TableColumn(title="Ended", gives_way=2),
    TableColumn(title="Policy"),
    TableColumn(title="Replicas", is_number=True, gives_way=3),
    TableColumn(title="Slept", is_number=True),
    TableColumn(title="Avoided (estimate)", is_number=True, gives_way=1),
    TableColumn(title="How it ended", is_prose=True),
)
_COPIES = (
    TableColumn(title="ReplicaSet"),
    TableColumn(title="Revision", is_number=True, gives_way=1),
    TableColumn(title="Paused at"),
    TableColumn(title="Policy"),
    TableColumn(title="Replicas", is_number=True),
    TableColumn(title="Pause-id", gives_way=2),
    TableColumn(title="", is_prose=True),
)


def show_history(terminal: Terminal, found: History) -> None:
    """What is there now, what will become of it, then the sleeps and the copies, newest first."""
    if not found.server:
        terminal.say(f"the cluster cannot be asked, so this is what Temporal knows: {found.server_trouble}", "yellow")
    if found.runs is None:
        terminal.say(f"Temporal cannot be asked, so this is what the cluster knows: {found.runs_trouble}", "yellow")
    else:
        terminal.say(f"cluster {found.cluster}, Temporal {found.runs.server}", style="dim")
    if found.workload is None or found.carried is None:
        terminal.say(f"\nDeployment {found.key}: not there, so only its hibernations are known", style="bold")
    else:
        terminal.say(f"\nDeployment {found.key}, {count(found.workload.replicas, 'replica')}", style="bold")
        for line in _describe_now(found.workload, found.carried, found.cluster):
            terminal.say(line)
    if found.page:
        terminal.say(f"details: {found.page}")
    _show_outlook(terminal, found.outlook)
    if found.runs is not None:
        _show_runs(terminal, found.runs)
    if found.carried is not None:
        _show_copies(terminal, found.carried)


def _describe_now(workload: Workload, carried: Carried, cluster: str) -> list[str]:
    if is_sleeper(workload):
        return describe_sleep(workload, cluster)
    lines = []
    if notes.is_annotated(workload.annotations):
        lines.append("it runs, and still carries a record of a sleep, which the next reconciliation clears")
    if carried.trouble:
        lines.append(carried.trouble)
    if carried.note is not None:
        note = carried.note
        why = describe_awake(note.because, note.by, note.reason)
        lines.append(f"woken {show_known(note.resumed_at)}, not paused before {show_time(note.awake_until)}: {why}")
    return lines or ["it carries no record of ours, and no note"]


def _show_outlook(terminal: Terminal, outlook: Outlook) -> None:
    if not outlook.sentence:
        return
    terminal.say(outlook.sentence, style="yellow")
    if not outlook.by_hand:
        return
    known = outlook.last_known
    if known is None:
        terminal.say("no replica count is known for it")
    else:
        when = f" at {show_known(known.at)}" if known.at is not None else ""
        terminal.say(f"last known: {count(known.replicas, 'replica')}{when}, from {known.source}")
    terminal.say(f"wake it by hand: {outlook.by_hand}")


def _show_runs(terminal: Terminal, runs: KnownRuns) -> None:
    terminal.say("\nSleeps, newest first", style="bold")
    rows = list(_rows(runs))
    if rows:
        terminal.show_table(_SLEEPS, rows)
    else:
        terminal.say("none is known")
    terminal.say(
        f"data since {show_known(runs.since)}: Temporal keeps what is over for {count(runs.kept_days, 'day')}, and what "
        "ended before is forgotten",
        style="dim",
    )


def _show_copies(terminal: Terminal, carried: Carried) -> None:
    terminal.say("\nCopies of records on its ReplicaSets, newest first", style="bold")
    if carried.copies_trouble:
        terminal.say(f"they cannot be asked for: {carried.copies_trouble}", style="yellow")
    elif carried.copies:
        terminal.show_table(_COPIES, map(_copy_row, carried.copies))
    else:
        terminal.say("none")


def _rows(runs: KnownRuns) -> Iterator[tuple[str, ...]]:
    """Each sleep once, whichever run tells it: one that continues as new tells those before it, too. A run in which
    nothing slept has a row of its own.
    """
    told = set[str]()
    for run in runs.hibernations:
        new = [sleep for sleep in reversed(run.sleeps) if sleep.pause_id not in told]
        told.update(sleep.pause_id for sleep in new)
        yield from (_sleep_row(sleep, run, runs.asked_at) for sleep in new)
        if not run.sleeps and not run.continued:
            yield _run_row(run)


def _sleep_row(sleep: Slept, run: HibernationRun, now: datetime) -> tuple[str, ...]:
    avoided = sleep.avoided_by(now)
    return (
        show_known(sleep.start),
        show_known(sleep.end),
        sleep.policy,
        "unknown" if sleep.replicas is None else str(sleep.replicas),
        show_span(max(((sleep.end or now) - sleep.start).total_seconds(), 0)),
        "unknown" if avoided is None or sleep.cost is None else amount(avoided, sleep.cost.currency),
        sleep.woken if sleep.end is not None and sleep.woken else _how_it_ended(run),
    )


def _run_row(run: HibernationRun) -> tuple[str, ...]:
    """One in which nothing slept: a pause that was called off, or a wish to keep it awake."""
    return (
        show_known(run.began),
        show_known(run.ended),
        run.policy,
        "" if run.original_replicas is None else str(run.original_replicas),
        "",
        "",
        _how_it_ended(run),
    )


def _how_it_ended(run: HibernationRun) -> str:
    if run.is_open:
        told = f"still {run.phase or run.status}"
    elif run.outcome:
        told = run.sentence if run.sentence.startswith(run.outcome) else f"{run.outcome}: {run.sentence}"
    else:
        told = run.sentence or run.status.replace("_", " ")
    return f"{told} ({run.trouble})" if run.trouble else told


def _copy_row(copy: KnownCopy) -> tuple[str, ...]:
    record = copy.record
    told = (
        ("", "", "") if record is None else (show_known(record.paused_at), record.policy, str(record.original_replicas))
    )
    return (copy.replica_set, str(copy.revision), *told, copy.pause_id, copy.trouble)
