"""A backtest as people and programs read it."""

from typing import Any

from cli.console import Terminal
from operations.plans.backtest import Backtest
from operations.times import show_past
from policies.durations import format_duration
from policies.runs.replay import ReplayedSleep
from policies.wording import amount

NOTES = (
    "Deployments are taken as they are now: those that are gone are not replayed, and past edits are not known",
    "limits are not replayed, and a regretted sleep is taken to end with the work that fell into it",
    "money is an estimate at today's prices",
)


def show_backtest(terminal: Terminal, made: Backtest) -> None:
    """Print the sleeps, the reasons and the sums."""
    span = f"{show_past(made.first)} to {show_past(made.last)}"
    terminal.say(f"Policy {made.policy} ({made.mode}) from {span}, judged every {format_duration(made.every)}", "bold")
    terminal.say(f"{made.deployments} Deployments in its scope, {made.moments} moments")
    if made.sleeps:
        columns = ("Deployment", "Paused", "Woken", "By", "Hours", "Avoided", "Work inside")
        terminal.show_table(columns, map(_row, made.sleeps), numbers=(4, 5))
    terminal.say(describe(made), "bold")
    if made.left_alone:
        terminal.say("\nNever paused, by the most frequent reason")
        rows = sorted(made.left_alone.items(), key=lambda item: -item[1])
        terminal.show_table(("Reason", "Deployments"), ((str(code), str(count)) for code, count in rows), numbers=(1,))
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
    unknown = f"{avoided.unknown} of unknown cost" if avoided.unknown else ""
    workloads = len({str(sleep.ref) for sleep in made.sleeps})
    share = len(made.regrets) / len(made.sleeps)
    parts = [
        f"{len(made.sleeps)} pauses of {workloads} Deployments, {made.hours_asleep:,.0f} hours asleep",
        money,
        unknown,
        f"regret: work fell into {len(made.regrets)} of them ({share:.0%})",
    ]
    return "; ".join(part for part in parts if part)


def as_json(made: Backtest) -> dict[str, Any]:
    """A backtest as JSON has it."""
    return {
        "policy": made.policy,
        "mode": made.mode,
        "from": made.first,
        "to": made.last,
        "every": format_duration(made.every),
        "moments": made.moments,
        "deployments": made.deployments,
        "pauses": [_pause_as_json(sleep) for sleep in made.sleeps],
        "regrets": len(made.regrets),
        "hours_asleep": made.hours_asleep,
        "avoided": made.avoided,
        "left_alone": made.left_alone,
        "notes": NOTES,
    }


def _row(sleep: ReplayedSleep) -> tuple[str, ...]:
    avoided = "unknown" if sleep.avoided is None or sleep.cost is None else amount(sleep.avoided, sleep.cost.currency)
    return (
        str(sleep.ref),
        show_past(sleep.paused_at),
        show_past(sleep.woke_at),
        str(sleep.woken_by),
        f"{_hours(sleep):.0f}",
        avoided,
        sleep.regret,
    )


def _pause_as_json(sleep: ReplayedSleep) -> dict[str, Any]:
    return {
        "namespace": sleep.ref.namespace,
        "name": sleep.ref.name,
        "paused_at": sleep.paused_at,
        "because": sleep.because,
        "woke_at": sleep.woke_at,
        "woken_by": sleep.woken_by,
        "hours": _hours(sleep),
        "avoided": sleep.avoided,
        "currency": "" if sleep.cost is None else sleep.cost.currency,
        "regret": sleep.regret or None,
    }


def _hours(sleep: ReplayedSleep) -> float:
    return (sleep.woke_at - sleep.paused_at).total_seconds() / 3600
