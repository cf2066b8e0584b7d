"""A plan as people read it."""

from collections.abc import Iterator
from datetime import timedelta

from cli.console import Terminal
from operations.costs.money import describe_foreseen, describe_spending
from operations.plans.blindness import describe_missing_rights
from operations.plans.plan import Plan, PlannedSleep, PolicyPlan
from operations.times import show_time
from policies.calendar.allowance import Allowance
from policies.calendar.foreseen import saved_per_month
from policies.checks.decision import Decision
from policies.checks.platforms import OPERATORS
from policies.checks.reasons import OUT_OF_SCOPE, Reason
from policies.costs.cost import HourlyCost
from policies.durations import format_duration
from policies.runs.first_window import describe_first_window
from policies.wording import amount


def show_plan(terminal: Terminal, plan: Plan, *, interval: timedelta, show_all: bool) -> None:
    """Print it: what would be paused, who sleeps, why the others are not, and what is not known."""
    terminal.say(f"as of {show_time(plan.judged_at)}, now")
    for policy in plan.policies:
        moment = "" if policy.judged_at == plan.judged_at else f" as of {show_time(policy.judged_at)}"
        _show_policy(terminal, policy, moment, interval=interval, show_all=show_all)
    if plan.sleepers:
        terminal.say(f"\nAsleep already ({len(plan.sleepers)}), not counted above", style="bold")
        terminal.show_table(
            ("Deployment", "State", "Gives back", "Cost/h when paused"), map(_sleep_row, plan.sleepers), numbers=(2, 3)
        )
    if len(plan.policies) > 1:
        terminal.say(f"\nAll policies together would save {describe_foreseen(plan.saving)}", style="bold")
    _show_warnings(terminal, plan)


def _show_warnings(terminal: Terminal, plan: Plan) -> None:
    for caveat in plan.caveats:
        terminal.say(f"warning: {caveat.ref} {caveat.sentence}", style="yellow")
    for problem in plan.order_problems:
        terminal.say(f"warning: {problem}", style="yellow")
    for told in plan.unreadable:
        terminal.say(f"warning: {told}, so it is left alone", style="yellow")
    if plan.taken_for_operators:
        named = ", ".join(plan.taken_for_operators)
        terminal.say(
            f"left alone because they are called {OPERATORS} like an operator's: {named}; name those that are "
            "applications in FINOPS_UNPROTECTED_NAMESPACES",
            style="yellow",
        )
    if plan.costs_kept:
        terminal.say(plan.costs_kept, style="dim")
    if plan.may_not_write:
        terminal.say(f"{Reason.MAY_NOT_WRITE}: {describe_missing_rights(plan.may_not_write)}", style="yellow")
    for unknown in plan.unknowns:
        terminal.say(f"not known: {unknown}", style="yellow")


def _show_policy(terminal: Terminal, plan: PolicyPlan, moment: str, *, interval: timedelta, show_all: bool) -> None:
    standing = "suspended" if plan.suspended else str(plan.mode)
    pauses = plan.pauses
    terminal.say(f"\nPolicy {plan.policy} ({standing}) would pause {len(pauses)}{moment}", style="bold")
    if pauses:
        terminal.show_table(
            ("Deployment", "Replicas", "Cost/h", "Up to/month"),
            (_pause_row(each, plan.saving.allowance) for each in pauses),
            numbers=(1, 2, 3),
        )
        terminal.say(f"would save {describe_foreseen(plan.saving)}")
    for sentence in _describe_limits(plan, interval):
        terminal.say(sentence)
    for unmet in plan.unmet:
        terminal.say(f"warning: {unmet}", style="yellow")
    others = {reason: count for reason, count in plan.counts.items() if reason is not Reason.PAUSE}
    if others:
        terminal.say("\nLeft alone")
        rows = sorted(others.items(), key=lambda item: -item[1])
        terminal.show_table(
            ("Reason", "Deployments"), ((str(reason), str(count)) for reason, count in rows), numbers=(1,)
        )
    considered = sum(count for reason, count in plan.counts.items() if reason not in OUT_OF_SCOPE)
    terminal.say(f"considered {considered} Deployments, together {describe_spending(plan.considered)}")
    if show_all:
        terminal.show_table(
            ("Deployment", "Decision", "Cost/h", "Why"), map(_decision_row, plan.decisions), numbers=(2,)
        )
    elif others:
        terminal.say("--all lists each with its reason", style="dim")


def _describe_limits(plan: PolicyPlan, interval: timedelta) -> Iterator[str]:
    if plan.brake is not None:
        yield f"brake: {plan.brake}"
        return
    if plan.max_actions_per_run is not None and plan.last_asleep_at is not None:
        yield (
            f"{plan.max_actions_per_run} a run, every {format_duration(interval)}: the last one would be asleep at "
            f"{show_time(plan.last_asleep_at)}"
        )
    if plan.first_window_limit is not None and len(plan.pauses) > plan.first_window_limit:
        yield f"brake: {describe_first_window(plan.first_window_limit)}"
    if plan.suspended:
        yield "it is suspended, so it pauses nothing"


def _pause_row(decision: Decision, allowance: Allowance | None) -> tuple[str, ...]:
    month = "unknown"
    if decision.cost is not None and allowance is not None:
        month = amount(saved_per_month(decision.cost.amount, allowance))
    return (str(decision.ref), str(decision.replicas), _show_cost(decision), month)


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


def _sleep_row(sleep: PlannedSleep) -> tuple[str, ...]:
    if sleep.problem:
        return (str(sleep.ref), f"Asleep, but {sleep.problem}", "?", "?")
    stranger = "" if sleep.ours else f", installation {sleep.instance or 'unnamed'}"
    state = f"Asleep ({sleep.policy}, until {show_time(sleep.until)}{stranger})"
    cost = "unknown" if sleep.cost is None else _show_rate(sleep.cost)
    return (str(sleep.ref), state, str(sleep.original_replicas), cost)
