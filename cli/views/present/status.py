"""How a cluster is, and what is asleep there, as people read it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from cli.console import Terminal
from cli.grammar.lists import SortKeys, arrange, tell_rest
from cli.tables import TableColumn
from cli.views.holds import describe_hold
from operations.present.first_windows import FirstWindowSeen
from operations.present.often_woken import OFTEN, OftenWoken
from operations.present.saved_now import add_up_sleepers, describe_rate, describe_saved_now
from operations.present.status import ClusterStatus
from operations.standing.standing import WorkloadStanding
from operations.times import show_time
from operations.zones import Zones
from policies.annotations import EXCLUDE
from policies.calendar.allowance import Allowance
from policies.calendar.foreseen import describe_month
from policies.readable import describe_awake
from policies.rights.rights import describe_blindness
from policies.runs.first_window import describe_first_window
from policies.sleep.clocks import MEANWHILE
from policies.sleep.messages import SAVING_PHASES, Phase
from policies.sleep.reconciliation import ReconcileResult
from policies.wording import count, name_some
from worker.errors import RecordUnreadable


def _saved(each: WorkloadStanding) -> float | None:
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
_AWAKE_COLUMNS = (*_COLUMNS[:4], TableColumn(title="Because", is_prose=True), _COLUMNS[-1])
SORT_KEYS: SortKeys = {
    "name": lambda each: str(each.key),
    "saving": _saved,
    "since": lambda each: each.since,
    "until": lambda each: each.until,
    "policy": lambda each: each.policy,
    "state": lambda each: each.phase,
}
_NAMED = 10


def show_status(
    terminal: Terminal, found: ClusterStatus, *, sort_by: str | None = None, limit: int | None = None
) -> None:
    """What is away and what follows, the hold, what does not run, what is asleep, and what was found last.

    What is asleep is listed by policy; sorted or limited, in one table.
    """
    for sentence, style in _what_is_wrong(found):
        terminal.say(sentence, style)
    for first in found.first_windows:
        terminal.say(_describe_first_window(first), "yellow")
    where = f", Temporal {found.temporal}" if found.temporal else ", by what the Deployments carry"
    terminal.say(f"cluster {found.cluster}{where}", style="dim")
    _show_hibernations(terminal, found, sort_by, limit)
    if found.lost:
        named = name_some([str(each.key) for each in found.lost], _NAMED)
        soon = "; a worker adopts them within five minutes" if found.worker else ""
        terminal.say(f"asleep without an open hibernation: {named}{soon}", "yellow")
    if found.cluster_trouble:
        terminal.say(f"since when and why something is awake is not known: {found.cluster_trouble}", "yellow")
    if found.reconciliation is not None:
        _show_reconciled(terminal, found.reconciliation, found.zones.of())
    if found.often_woken:
        _show_often_woken(terminal, found.often_woken)


def _what_is_wrong(found: ClusterStatus) -> Iterator[tuple[str, str]]:
    """What to read first, each with its style."""
    follows = found.unwatched.sentence
    if found.temporal_trouble:
        none = "nothing of what is asked about is asleep" if found.is_partial else "nothing is asleep"
        yield f"Temporal is away: {follows or none} ({found.temporal_trouble})", "bold red"
    elif not found.worker and follows:
        yield f"no worker polls for this cluster: {follows}", "bold red"
    if found.hold is not None:
        yield describe_hold(found.hold, found.zones.of()), "bold yellow"
    if found.temporal_trouble:
        return
    if not found.worker and not follows:
        yield "no worker polls for this cluster: nothing is paused and nothing wakes until one runs", "yellow"
    if found.worker and found.overdue:
        named = name_some([str(each.key) for each in found.overdue], _NAMED)
        yield f"{len(found.overdue)} should be awake by now: {named} (finops doctor)", "red"
    if found.worker and not found.recorded:
        yield str(RecordUnreadable(found.cluster)), "yellow"
    for seen in found.schedules:
        if seen.problem and (found.worker or seen.state == "paused"):
            yield seen.problem, "yellow"


def _describe_first_window(first: FirstWindowSeen) -> str:
    if first.until is None:
        return f"policy {first.policy} has not paused anything yet: {describe_first_window(first.limit)}"
    waiting = f", {first.held_back} wait for the next one" if first.held_back else ""
    return (
        f"policy {first.policy} is in its first window, until {show_time(first.until, first.zone)}: at most "
        f"{first.limit} go to sleep in it, {first.paused} were to so far{waiting}; `limits` in the document overrules "
        "that"
    )


def _show_hibernations(terminal: Terminal, found: ClusterStatus, sort_by: str | None, limit: int | None) -> None:
    if not found.hibernations:
        none = "nothing of what is asked about" if found.is_partial else "nothing"
        terminal.say(f"{none} is asleep or kept awake")
        return
    if sort_by is None and limit is None:
        for heading, group in groupby(found.hibernations, key=_heading):
            _show_group(terminal, heading, list(group), found)
    else:
        rows = arrange(found.hibernations, SORT_KEYS, sort_by, limit)
        terminal.show_table(_COLUMNS, [_row(each, found.zones) for each in rows])
        tell_rest(terminal, len(rows), len(found.hibernations))
        _show_trouble(terminal, rows)
    awake = sum(each.is_awake for each in found.hibernations)
    said = ", ".join((f"{found.asleep:,} asleep" if found.asleep else "none asleep", f"{awake:,} kept awake"))
    terminal.say(f"\n{said}{_describe_savings(found.hibernations)}")


def _show_group(terminal: Terminal, heading: str, members: Sequence[WorkloadStanding], found: ClusterStatus) -> None:
    failing = members[0].phase == Phase.RESUME_FAILING  # of several policies
    saves = _describe_savings(members, None if failing else found.allowances.get(members[0].policy))
    terminal.say(f"\n{heading}: {len(members):,}{saves}", style="bold")
    if all(each.is_awake for each in members):
        terminal.show_table(_AWAKE_COLUMNS, [_awake_row(each, found.zones) for each in members])
    else:
        columns = [column.replace(wide_only=True) if column is _POLICY else column for column in _COLUMNS]
        terminal.show_table(columns, [_row(each, found.zones) for each in members])
    _show_trouble(terminal, members)


def _show_trouble(terminal: Terminal, members: Sequence[WorkloadStanding]) -> None:
    for each in members:
        if each.trouble:
            terminal.say(f"{each.key}: {each.trouble}", style="red")


def _describe_savings(members: Sequence[WorkloadStanding], allowance: Allowance | None = None) -> str:
    """What they save while they sleep and, of one policy, what a month of them comes to. Empty where none sleeps."""
    savings = add_up_sleepers(members)
    if not savings:
        return ""
    months = [] if allowance is None else [each for each in savings if each.per_hour]
    told = [describe_month(each.per_hour, each.currency, allowance) for each in months if allowance is not None]
    return f", saves {', '.join((describe_saved_now(savings), *told))} (estimate)"


def _heading(each: WorkloadStanding) -> str:
    """What it is listed under: the order of a status keeps those of a heading together."""
    if each.phase == Phase.RESUME_FAILING:
        return "waking with trouble"
    return "kept awake" if each.is_awake else f"policy {each.policy or 'unknown'}"


def _row(each: WorkloadStanding, zones: Zones) -> tuple[str, ...]:
    zone = zones.of(each.policy, each.namespace)
    return (
        str(each.key),
        each.phase,
        _since(each, zone),
        _until(each, zone),
        describe_rate(each) if each.phase in SAVING_PHASES else "",
        each.policy,
        each.workflow_id,
    )


def _awake_row(each: WorkloadStanding, zones: Zones) -> tuple[str, ...]:
    zone, why = zones.of(each.policy, each.namespace), describe_awake(each.because, each.by, each.reason)
    return (str(each.key), each.phase, _since(each, zone), _until(each, zone), why, each.workflow_id)


def _since(each: WorkloadStanding, zone: str | None) -> str:
    return "unknown" if each.since is None else show_time(each.since, zone)


def _until(each: WorkloadStanding, zone: str | None) -> str:
    if each.is_awake:
        return "unknown" if each.awake_until is None else show_time(each.awake_until, zone)
    return show_time(each.resume_at, zone) if each.phase in SAVING_PHASES else ""


def _show_reconciled(terminal: Terminal, result: ReconcileResult, zone: str | None) -> None:
    when = "" if result.at is None else f" {show_time(result.at, zone)}"
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
    if result.strays:
        terminal.say(
            "running, and left alone because they carry annotations that are not ours: "
            f"{name_some(result.strays, _NAMED)} (finops explain names the annotations)",
            "yellow",
        )
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
