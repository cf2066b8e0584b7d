"""What to know before a plan comes true. Many warnings of one kind are one line, unless each is asked for."""

from collections import defaultdict
from collections.abc import Sequence

from cli.console import Terminal
from operations.plans.blindness import describe_missing_rights
from operations.plans.caveats import NIGHTLY
from operations.plans.plan import Caveat, CaveatKind, Plan
from policies.checks.controllers import OUTAGE
from policies.checks.platforms import OPERATORS
from policies.checks.reasons import Reason
from policies.wording import count, name_some

_FEW = 2
"""So many of a kind are told one by one in any case."""
_NAMED = 3
_SUMS = {
    CaveatKind.CONTROLLER: ("Deployment", f"with the look of an operator or a controller: {OUTAGE}"),
    CaveatKind.EMPTY_DIR: ("Deployment", "with data in an emptyDir volume, which a pause empties"),
    CaveatKind.DATABASE: ("Deployment", "with the look of a database and no persistent volume"),
    CaveatKind.BUDGET: (
        "Deployment",
        f"in a PodDisruptionBudget that would not be met: {NIGHTLY}",
    ),
    CaveatKind.CRON_JOB: ("CronJob", "due while Deployments of its namespace are asleep"),
}


def show_warnings(terminal: Terminal, plan: Plan, *, lists_all: bool) -> None:
    """Print the warnings, then what is left alone for a reason of ours, and what is not known."""
    _show_caveats(terminal, plan.caveats, lists_all=lists_all)
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


def _show_caveats(terminal: Terminal, caveats: Sequence[Caveat], *, lists_all: bool) -> None:
    by_kind = defaultdict[CaveatKind, list[Caveat]](list)
    for caveat in caveats:
        by_kind[caveat.kind].append(caveat)
    summed_up = False
    for kind, members in by_kind.items():
        if lists_all or len(members) <= _FEW:
            for each in members:
                terminal.say(f"warning: {each.ref} {each.sentence}", style="yellow")
        else:
            summed_up = True
            terminal.say(f"warning: {_sum_up(kind, members)}", style="yellow")
    if summed_up:
        terminal.say("--all lists each warning", style="dim")


def _sum_up(kind: CaveatKind, members: Sequence[Caveat]) -> str:
    noun, what = _SUMS[kind]
    names = sorted({str(each.ref) for each in members})
    return f"{count(len(names), noun)} {what}: {name_some(names, _NAMED)}"
