"""The history of a workload as people read it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

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

ZoneOf = Callable[..., str | None]
"""The zone for a policy by its name, or without one for the workload."""

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
        for line in _describe_now(found, found.workload, found.carried):
            terminal.say(line)
    if found.page:
        terminal.say(f"details: {found.page}")
    zone_of = partial(found.zones.of, namespace=found.key.namespace)
    _show_outlook(terminal, found.outlook, zone_of())
    if found.runs is not None:
        _show_runs(terminal, found.runs, zone_of)
    if found.carried is not None:
        _show_copies(terminal, found.carried, zone_of)


def _describe_now(found: History, workload: Workload, carried: Carried) -> list[str]:
    zone = found.zones.of_workload(workload)
    if is_sleeper(workload):
        return describe_sleep(workload, found.cluster, zone)
    lines = []
    if notes.is_annotated(workload.annotations):
        lines.append("it runs, and still carries a record of a sleep, which the next reconciliation clears")
    if carried.trouble:
        lines.append(carried.trouble)
    if carried.note is not None:
        note = carried.note
        why = describe_awake(note.because, note.by, note.reason)
        until = show_time(note.awake_until, zone)
        lines.append(f"woken {show_known(note.resumed_at, zone)}, not paused before {until}: {why}")
    return lines or ["it carries no record of ours, and no note"]


def _show_outlook(terminal: Terminal, outlook: Outlook, zone: str | None) -> None:
    if not outlook.sentence:
        return
    terminal.say(outlook.sentence, style="yellow")
    if not outlook.by_hand:
        return
    known = outlook.last_known
    if known is None:
        terminal.say("no replica count is known for it")
    else:
        when = f" at {show_known(known.at, zone)}" if known.at is not None else ""
        terminal.say(f"last known: {count(known.replicas, 'replica')}{when}, from {known.source}")
    terminal.say(f"wake it by hand: {outlook.by_hand}")


def _show_runs(terminal: Terminal, runs: KnownRuns, zone_of: ZoneOf) -> None:
    terminal.say("\nSleeps, newest first", style="bold")
    rows = list(_rows(runs, zone_of))
    if rows:
        terminal.show_table(_SLEEPS, rows)
    else:
        terminal.say("none is known")
    terminal.say(
        f"data since {show_known(runs.since, zone_of())}: Temporal keeps what is over for "
        f"{count(runs.kept_days, 'day')}, and what ended before is forgotten",
        style="dim",
    )


def _show_copies(terminal: Terminal, carried: Carried, zone_of: ZoneOf) -> None:
    terminal.say("\nCopies of records on its ReplicaSets, newest first", style="bold")
    if carried.copies_trouble:
        terminal.say(f"they cannot be asked for: {carried.copies_trouble}", style="yellow")
    elif carried.copies:
        terminal.show_table(_COPIES, [_copy_row(copy, zone_of) for copy in carried.copies])
    else:
        terminal.say("none")


def _rows(runs: KnownRuns, zone_of: ZoneOf) -> Iterator[tuple[str, ...]]:
    """Each sleep once, whichever run tells it: one that continues as new tells those before it, too. A run in which
    nothing slept has a row of its own.
    """
    told = set[str]()
    for run in runs.hibernations:
        new = [sleep for sleep in reversed(run.sleeps) if sleep.pause_id not in told]
        told.update(sleep.pause_id for sleep in new)
        yield from (_sleep_row(sleep, run, runs.asked_at, zone_of(sleep.policy)) for sleep in new)
        if not run.sleeps and not run.continued:
            yield _run_row(run, zone_of(run.policy))


def _sleep_row(sleep: Slept, run: HibernationRun, now: datetime, zone: str | None) -> tuple[str, ...]:
    avoided = sleep.avoided_by(now)
    return (
        show_known(sleep.start, zone),
        show_known(sleep.end, zone),
        sleep.policy,
        "unknown" if sleep.replicas is None else str(sleep.replicas),
        show_span(max(((sleep.end or now) - sleep.start).total_seconds(), 0)),
        "unknown" if avoided is None or sleep.cost is None else amount(avoided, sleep.cost.currency),
        sleep.woken if sleep.end is not None and sleep.woken else _how_it_ended(run),
    )


def _run_row(run: HibernationRun, zone: str | None) -> tuple[str, ...]:
    """One in which nothing slept: a pause that was called off, or a wish to keep it awake."""
    return (
        show_known(run.began, zone),
        show_known(run.ended, zone),
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


def _copy_row(copy: KnownCopy, zone_of: ZoneOf) -> tuple[str, ...]:
    record, told = copy.record, ("", "", "")
    if record is not None:
        paused_at = show_known(record.paused_at, zone_of(record.policy))
        told = (paused_at, record.policy, str(record.original_replicas))
    return (copy.replica_set, str(copy.revision), *told, copy.pause_id, copy.trouble)
