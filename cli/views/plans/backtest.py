"""A backtest as people and programs read it."""

from collections.abc import Mapping

from cli.answers.plans import BacktestAnswer, ReplayedPause
from cli.console import Terminal
from cli.tables import TableColumn
from operations.plans.backtest import Backtest
from operations.times import show_known
from policies.durations import format_duration
from policies.runs.replay import ReplayedSleep
from policies.wording import amount, count

_COLUMNS = (
    TableColumn(title="Deployment"),
    TableColumn(title="Paused"),
    TableColumn(title="Woken", gives_way=1),
    TableColumn(title="By", gives_way=3),
    TableColumn(title="Hours", is_number=True),
    TableColumn(title="Avoided", is_number=True, gives_way=2),
    TableColumn(title="Work inside", is_prose=True),
)
NOTES = (
    "Deployments are taken as they are now: those that are gone are not replayed, and past edits are not known",
    "limits are not replayed, and a regretted sleep is taken to end with the work that fell into it",
    "money is an estimate at today's prices",
)


def show_backtest(terminal: Terminal, made: Backtest) -> None:
    """Print the sleeps, the reasons and the sums."""
    span = f"{show_known(made.first, made.zone)} to {show_known(made.last, made.zone)}"
    terminal.say(f"Policy {made.policy} ({made.mode}) from {span}, judged every {format_duration(made.every)}", "bold")
    terminal.say(f"{count(made.deployments, 'Deployment')} in its scope, {count(made.moments, 'moment')}")
    if made.sleeps:
        terminal.show_table(_COLUMNS, [_row(sleep, made.zone) for sleep in made.sleeps])
    terminal.say(describe(made), "bold")
    if made.left_alone:
        terminal.say("\nNever paused, by the most frequent reason")
        rows = sorted(made.left_alone.items(), key=lambda item: -item[1])
        terminal.show_table(
            ("Reason", "Deployments"), ((str(code), f"{number:,}") for code, number in rows), numbers=(1,)
        )
    for note in NOTES:
        terminal.say(note, "dim")


def describe(made: Backtest) -> str:
    """The sums, in a sentence."""
    if not made.sleeps:
        return "it would have paused nothing"
    avoided = made.avoided
    money = (
        f"{amount(avoided.amount, avoided.currency)} avoided (estimate, {avoided.source})" if avoided.currency else ""
    )
    unknown = f"{avoided.unknown:,} of unknown cost" if avoided.unknown else ""
    workloads = len({str(sleep.ref) for sleep in made.sleeps})
    share = len(made.regrets) / len(made.sleeps)
    parts = [
        f"{count(len(made.sleeps), 'pause')} of {count(workloads, 'Deployment')}",
        f"{count(round(made.hours_asleep), 'hour')} asleep",
        money,
        unknown,
        f"regret: work fell into {len(made.regrets):,} of them ({share:.0%})",
    ]
    return "; ".join(part for part in parts if part)


def answer(made: Backtest, place: Mapping[str, str]) -> BacktestAnswer:
    """A backtest as programs read it."""
    return BacktestAnswer(
        **place,
        policy=made.policy,
        mode=made.mode,
        first=made.first,
        last=made.last,
        every_seconds=made.every.total_seconds(),
        moments=made.moments,
        deployments=made.deployments,
        pauses=tuple(map(_as_answer, made.sleeps)),
        regrets=len(made.regrets),
        hours_asleep=made.hours_asleep,
        avoided=made.avoided,
        left_alone=made.left_alone,
        notes=NOTES,
    )


def _row(sleep: ReplayedSleep, zone: str) -> tuple[str, ...]:
    avoided = "unknown" if sleep.avoided is None or sleep.cost is None else amount(sleep.avoided, sleep.cost.currency)
    return (
        str(sleep.ref),
        show_known(sleep.paused_at, zone),
        show_known(sleep.woke_at, zone),
        str(sleep.woken_by),
        f"{_hours(sleep):.0f}",
        avoided,
        sleep.regret,
    )


def _as_answer(sleep: ReplayedSleep) -> ReplayedPause:
    return ReplayedPause(
        namespace=sleep.ref.namespace,
        name=sleep.ref.name,
        paused_at=sleep.paused_at,
        because=sleep.because,
        woke_at=sleep.woke_at,
        woken_by=str(sleep.woken_by),
        hours=_hours(sleep),
        avoided=sleep.avoided,
        currency="" if sleep.cost is None else sleep.cost.currency,
        regret=sleep.regret or None,
    )


def _hours(sleep: ReplayedSleep) -> float:
    return (sleep.woke_at - sleep.paused_at).total_seconds() / 3600
