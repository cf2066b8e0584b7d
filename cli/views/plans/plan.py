"""A plan as people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from cli.console import Terminal
from cli.grammar.lists import SortKeys, arrange, tell_rest
from cli.tables import TableColumn
from cli.views.plans.plan_warnings import show_warnings
from operations.costs.money import describe_foreseen, describe_spending
from operations.plans.plan import Plan, PlannedSleep, PolicyPlan
from operations.times import show_time
from policies.calendar.allowance import Allowance
from policies.calendar.foreseen import saved_per_month
from policies.checks.decision import Decision
from policies.checks.reasons import OUT_OF_SCOPE, Reason
from policies.costs.cost import HourlyCost
from policies.durations import format_duration
from policies.runs.first_window import describe_first_window
from policies.wording import amount, count

SORT_KEYS: SortKeys = {
    "name": lambda decision: str(decision.ref),
    "cost": lambda decision: None if decision.cost is None else decision.cost.amount,
    "saving": lambda decision: None if decision.cost is None else decision.cost.amount,
    "replicas": lambda decision: decision.replicas,
    "reason": lambda decision: decision.reason,
}
_PAUSES = (
    TableColumn(title="Deployment"),
    TableColumn(title="Replicas", is_number=True, gives_way=1),
    TableColumn(title="Cost/h", is_number=True),
    TableColumn(title="Up to/month", is_number=True),
    TableColumn(title="Cost source", wide_only=True),
    TableColumn(title="Why", is_prose=True, wide_only=True),
)
_DECISIONS = (
    TableColumn(title="Deployment"),
    TableColumn(title="Decision"),
    TableColumn(title="Cost/h", is_number=True, gives_way=1),
    TableColumn(title="Why", is_prose=True),
)
_SLEEPERS = (
    TableColumn(title="Deployment"),
    TableColumn(title="State"),
    TableColumn(title="Wakes with", is_number=True, gives_way=2),
    TableColumn(title="Cost/h when paused", is_number=True, gives_way=1),
)


@dataclass(frozen=True)
class PlanForm:
    """How much of a plan is shown, and in which order."""

    interval: timedelta
    """Between two runs."""
    lists_all: bool = False
    sort_by: str | None = None
    limit: int | None = None


def show_plan(terminal: Terminal, plan: Plan, form: PlanForm) -> None:
    """Print it: what would be paused, what is asleep, why the others are not, and what is not known."""
    terminal.say(f"as of {show_time(plan.judged_at)}, now")
    for policy in plan.policies:
        moment = "" if policy.judged_at == plan.judged_at else f" as of {show_time(policy.judged_at, policy.zone)}"
        _show_policy(terminal, policy, moment, form)
    if plan.sleepers:
        counted = {decision.ref.key for policy in plan.policies for decision in policy.pauses}
        again = sum(sleep.ref.key in counted for sleep in plan.sleepers)
        also = f", {again:,} of them awake and counted above by then" if again else ", not counted above"
        terminal.say(f"\nAsleep already ({len(plan.sleepers):,}){also}", style="bold")
        zones = {policy.policy: policy.zone for policy in plan.policies}
        sleepers = plan.sleepers[: form.limit]
        terminal.show_table(_SLEEPERS, [_sleep_row(sleep, zones) for sleep in sleepers])
        tell_rest(terminal, len(sleepers), len(plan.sleepers))
    if len(plan.policies) > 1:
        terminal.say(f"\nAll policies together would save {describe_foreseen(plan.saving)}", style="bold")
    show_warnings(terminal, plan, lists_all=form.lists_all)


def _show_policy(terminal: Terminal, plan: PolicyPlan, moment: str, form: PlanForm) -> None:
    standing = "suspended" if plan.suspended else str(plan.mode)
    pauses = plan.pauses
    held = plan.held_by_first_window
    at_first = f", {len(pauses) - held:,} of them in its first window" if held else ""
    terminal.say(f"\nPolicy {plan.policy} ({standing}) would pause {len(pauses):,}{moment}{at_first}", style="bold")
    if pauses:
        shown = arrange(pauses, SORT_KEYS, form.sort_by, form.limit)
        terminal.show_table(_PAUSES, [_pause_row(each, plan.saving.allowance) for each in shown])
        tell_rest(terminal, len(shown), len(pauses))
        terminal.say(f"would save {describe_foreseen(plan.saving)}")
    for sentence in _describe_limits(plan, form.interval):
        terminal.say(sentence)
    for unmet in plan.unmet:
        terminal.say(f"warning: {unmet}", style="yellow")
    others = {reason: number for reason, number in plan.counts.items() if reason is not Reason.PAUSE}
    if others:
        terminal.say("\nLeft alone")
        rows = sorted(others.items(), key=lambda item: -item[1])
        terminal.show_table(
            ("Reason", "Deployments"), ((str(reason), f"{number:,}") for reason, number in rows), numbers=(1,)
        )
    considered = sum(number for reason, number in plan.counts.items() if reason not in OUT_OF_SCOPE)
    asleep = plan.counts.get(Reason.ALREADY_PAUSED, 0)
    without = f"; {asleep:,} asleep already are not in it" if asleep else ""
    terminal.say(
        f"considered {count(considered, 'Deployment')}, together {describe_spending(plan.considered)}{without}"
    )
    if form.lists_all:
        decisions = arrange(plan.decisions, SORT_KEYS, form.sort_by, form.limit)
        terminal.show_table(_DECISIONS, map(_decision_row, decisions))
        tell_rest(terminal, len(decisions), len(plan.decisions))
    elif others:
        terminal.say("--all lists each with its reason", style="dim")


def _describe_limits(plan: PolicyPlan, interval: timedelta) -> Iterator[str]:
    if plan.brake is not None:
        yield f"brake: {plan.brake}"
        return
    most, last = plan.max_actions_per_run, plan.last_asleep_at
    if most is not None and last is not None and last > plan.judged_at:  # it takes more than one run
        yield (
            f"{most:,} a run, every {format_duration(interval)}: the last one would be asleep at "
            f"{show_time(last, plan.zone)}"
        )
    if plan.first_window_room is not None and plan.held_by_first_window:
        yield f"brake: {describe_first_window(plan.first_window_room)}"
    if plan.suspended:
        yield "it is suspended, so it pauses nothing"


def _pause_row(decision: Decision, allowance: Allowance | None) -> tuple[str, ...]:
    cost, month = decision.cost, "unknown"
    if cost is not None and allowance is not None:
        month = amount(saved_per_month(cost.amount, allowance))
    source = "" if cost is None else cost.source
    return (str(decision.ref), f"{decision.replicas:,}", _show_cost(decision), month, source, decision.sentence)


def _decision_row(decision: Decision) -> tuple[str, ...]:
    return (str(decision.ref), str(decision.reason), _show_cost(decision), decision.sentence)


def _show_cost(decision: Decision) -> str:
    """A figure that is not believed any more is shown as what it is."""
    if decision.cost is not None:
        return _show_rate(decision.cost)
    earlier = decision.earlier_cost
    return "unknown" if earlier is None else f"stale: {_show_rate(earlier.cost)}"


def _show_rate(cost: HourlyCost) -> str:
    return amount(cost.amount, cost.currency, places=4)


def _sleep_row(sleep: PlannedSleep, zones: Mapping[str, str]) -> tuple[str, ...]:
    if sleep.problem:
        return (str(sleep.ref), f"Asleep, but {sleep.problem}", "?", "?")
    stranger = "" if sleep.ours else f", installation {sleep.instance or 'unnamed'}"
    state = f"Asleep ({sleep.policy}, until {show_time(sleep.until, zones.get(sleep.policy))}{stranger})"
    cost = "unknown" if sleep.cost is None else _show_rate(sleep.cost)
    return (str(sleep.ref), state, f"{sleep.original_replicas:,}", cost)
