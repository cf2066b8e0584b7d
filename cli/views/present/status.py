"""How a cluster is, and who sleeps there, as people read it."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from activities.hibernation.listing import ListedHibernation
from activities.snapshot import Hold
from cli.console import Terminal
from cli.grammar.lists import SortKeys, arrange
from cli.tables import TableColumn
from operations.present.first_windows import FirstWindowSeen
from operations.present.often_woken import OFTEN, OftenWoken
from operations.present.saved_now import add_up_sleepers, describe_rate, describe_saved_now
from operations.present.status import ClusterStatus
from operations.times import show_time
from policies.annotations import EXCLUDE
from policies.calendar.allowance import Allowance
from policies.calendar.foreseen import describe_month
from policies.rights.rights import describe_blindness
from policies.runs.first_window import describe_first_window
from policies.sleep.clocks import MEANWHILE
from policies.sleep.messages import AWAKE_PHASES, SAVING_PHASES, Phase
from policies.sleep.reconciliation import ReconcileResult
from policies.wording import count, name_some
from worker.errors import RecordUnreadable


def _saved(each: ListedHibernation) -> float | None:
    return each.saved_per_day_asleep if each.phase in SAVING_PHASES else None


_POLICY = TableColumn(title="Policy", gives_way=1)
_COLUMNS = (
    TableColumn(title="Deployment"),
    TableColumn(title="State"),
    TableColumn(title="Since", gives_way=2),
    TableColumn(title="Until"),
    TableColumn(title="Saves/h", is_number=True, gives_way=1),
    _POLICY,
    TableColumn(title="Workflow", wide_only=True),
)
SORT_KEYS: SortKeys = {
    "name": lambda each: str(each.key),
    "saving": _saved,
    "since": lambda each: each.since,
    "until": lambda each: each.resume_at,
    "policy": lambda each: each.policy,
    "state": lambda each: each.phase,
}
_NAMED = 10


def show_status(
    terminal: Terminal, found: ClusterStatus, *, sort_by: str | None = None, limit: int | None = None
) -> None:
    """The hold first, what does not run, who sleeps, and what the last reconciliation found.

    Those who sleep are listed by policy; sorted or limited, in one table.
    """
    if found.hold is not None:
        terminal.say(_describe_hold(found.hold), style="bold yellow")
    terminal.say(f"cluster {found.cluster}, Temporal {found.temporal}", style="dim")
    if found.worker:
        _show_what_does_not_run(terminal, found)
    else:
        terminal.say("no worker polls for this cluster: nothing is paused and nothing wakes until one runs", "yellow")
    for first in found.first_windows:
        terminal.say(_describe_first_window(first), "yellow")
    _show_hibernations(terminal, found, sort_by, limit)
    if found.reconciliation is not None:
        _show_reconciled(terminal, found.reconciliation)
    if found.often_woken:
        _show_often_woken(terminal, found.often_woken)


def _describe_hold(hold: Hold) -> str:
    reason = f": {hold.reason}" if hold.reason else ""
    return f"HOLD since {show_time(hold.since)} by {hold.by}{reason}. Nothing is paused until `finops release`."


def _describe_first_window(first: FirstWindowSeen) -> str:
    if first.until is None:
        return f"policy {first.policy} has not paused anything yet: {describe_first_window(first.limit)}"
    waiting = f", {first.held_back} wait for the next one" if first.held_back else ""
    return (
        f"policy {first.policy} is in its first window, until {show_time(first.until)}: at most {first.limit} go to "
        f"sleep in it, {first.paused} were to so far{waiting}; `limits` in the document overrules that"
    )


def _show_what_does_not_run(terminal: Terminal, found: ClusterStatus) -> None:
    if not found.recorded:
        terminal.say(str(RecordUnreadable(found.cluster)), "yellow")
    for seen in found.schedules:
        if seen.problem:
            terminal.say(seen.problem, "yellow")


def _show_hibernations(terminal: Terminal, found: ClusterStatus, sort_by: str | None, limit: int | None) -> None:
    if not found.hibernations:
        terminal.say("nothing is asleep and nothing is kept awake")
        return
    if sort_by is None and limit is None:
        for heading, group in groupby(found.hibernations, key=_heading):
            _show_group(terminal, heading, list(group), found)
    else:
        rows = arrange(found.hibernations, SORT_KEYS, sort_by, limit)
        terminal.show_table(_COLUMNS, [_row(each, found.zones) for each in rows])
        _show_trouble(terminal, rows)
    open_ones = f"{found.asleep:,} asleep of {len(found.hibernations):,} open"
    terminal.say(f"\n{open_ones}{_describe_savings(found.hibernations)}")


def _show_group(terminal: Terminal, heading: str, members: Sequence[ListedHibernation], found: ClusterStatus) -> None:
    failing = members[0].phase == Phase.RESUME_FAILING  # of several policies
    saves = _describe_savings(members, None if failing else found.allowances.get(members[0].policy))
    terminal.say(f"\n{heading}: {len(members):,}{saves}", style="bold")
    columns = [column.replace(wide_only=True) if column is _POLICY else column for column in _COLUMNS]
    terminal.show_table(columns, [_row(each, found.zones) for each in members])
    _show_trouble(terminal, members)


def _show_trouble(terminal: Terminal, members: Sequence[ListedHibernation]) -> None:
    for each in members:
        if each.trouble:
            terminal.say(f"{each.key}: {each.trouble}", style="red")


def _describe_savings(members: Sequence[ListedHibernation], allowance: Allowance | None = None) -> str:
    """What they save while they sleep and, of one policy, what a month of them comes to. Empty where none sleeps."""
    savings = add_up_sleepers(members)
    if not savings:
        return ""
    months = [] if allowance is None else [each for each in savings if each.per_hour]
    told = [describe_month(each.per_hour, each.currency, allowance) for each in months if allowance is not None]
    return f", saves {', '.join((describe_saved_now(savings), *told))} (estimate)"


def _heading(each: ListedHibernation) -> str:
    """What it is listed under: the order of a status keeps those of a heading together."""
    if each.phase == Phase.RESUME_FAILING:
        return "waking with trouble"
    return "kept awake" if each.phase in AWAKE_PHASES else f"policy {each.policy or 'unknown'}"


def _row(each: ListedHibernation, zones: Mapping[str, str]) -> tuple[str, ...]:
    zone = zones.get(each.policy)
    return (
        str(each.key),
        each.phase,
        show_time(each.since, zone),
        show_time(each.resume_at, zone) if each.phase == Phase.ASLEEP else "",
        describe_rate(each) if each.phase in SAVING_PHASES else "",
        each.policy,
        each.workflow_id,
    )


def _show_reconciled(terminal: Terminal, result: ReconcileResult) -> None:
    when = "" if result.at is None else f" {show_time(result.at)}"
    terminal.say(f"reconciled{when}: {result.sentence}", style="dim")
    if result.clocks.objection:
        terminal.say(f"clocks: {result.clocks.objection}: {MEANWHILE}", "yellow")
    for part, sentence in result.troubles.items():
        terminal.say(f"{part} of the worker: {sentence}", "yellow")
    for sentence in describe_blindness(result.missing_rights):
        terminal.say(f"not known to the worker: {sentence}", "yellow")
    for name in result.unreadable:
        terminal.say(
            f"{name}: its finops.io annotations cannot be read, so it is left alone (finops history)", "yellow"
        )
    for each in result.not_understood:
        terminal.say(f"{each.deployment}: {each.problem}, so it is left alone", "yellow")
    for name in result.not_ready:
        terminal.say(f"{name}: woken, and its pods are not available", "yellow")
    if result.other_instance:
        named = name_some(result.other_instance, _NAMED)
        terminal.say(f"asleep under another installation, and left to it: {named}", style="dim")
        terminal.say(
            "if that one is gone, or they were restored from a backup: finops resume NAMESPACE/NAME wakes one, finops "
            "resume --all --direct --instance THEIRS all",
            style="dim",
        )


def _show_often_woken(terminal: Terminal, often: Sequence[OftenWoken]) -> None:
    named = name_some([f"{each.namespace}/{each.name} ({count(each.times, 'time')})" for each in often], _NAMED)
    terminal.say(
        f"woken by somebody more than {OFTEN} times in a week: {named}. What is needed at such hours is better "
        f"left out: kubectl -n NAMESPACE annotate deployment NAME {EXCLUDE}=true",
        "yellow",
    )
