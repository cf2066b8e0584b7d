"""`finops plan`: what could be paused now, and what that would save. Reads only, and needs no Temporal."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.plans import PlanAnswer
from cli.grammar.documents import Documents, Filenames, load_documents
from cli.grammar.lists import (
    LimitOption,
    PolicyOption,
    SelectorOption,
    SortOption,
    arrange,
    check_sort_key,
    read_selector,
)
from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.options import LISTS
from cli.session import Session
from cli.views.plans.plan import SORT_KEYS, PlanForm, show_plan
from operations.errors import UsageProblem
from operations.plans.plan import Plan
from operations.plans.plan_pauses import plan_pauses
from operations.plans.plan_selection import PlanSelection
from operations.plans.policies import SAMPLE_HOURLY_COST, sample_policy
from operations.policy_source import in_force
from operations.temporal import recall_first_windows
from operations.times import read_moment
from policies.checks.reasons import Reason
from policies.policy.document import EnforcementPolicy
from policies.problems import nearest_name
from policies.runs.first_window import NONE_REMEMBERED


def plan(
    ctx: typer.Context,
    paths: Documents = None,
    filenames: Filenames = None,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    now: Annotated[bool, typer.Option("--now", help="Judge the present instant, inside a window or not.")] = False,
    at: Annotated[str | None, typer.Option(help="Judge this instant: RFC 3339, or a day.", metavar="TIME")] = None,
    policy: PolicyOption = None,
    selector: SelectorOption = None,
    reason: Annotated[
        list[str] | None, typer.Option("--reason", metavar="CODE", help="List those with this reason; may be repeated.")
    ] = None,
    sort_by: SortOption = None,
    limit: LimitOption = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="List every Deployment with its reason, and every warning.")
    ] = False,
) -> None:
    """Show what could be paused and what that would save. Changes nothing, and needs no Temporal.

    Without a policy it judges by a sample. A policy with a schedule is judged as of the beginning of its next window,
    unless inside one. --sort-by takes name, cost, saving, replicas or reason: `finops plan policy.yaml --sort-by saving
    --limit 10`.
    """
    if now and at is not None:
        raise UsageProblem("--now and --at name two instants: give one of them")
    present = datetime.now(UTC)
    instant = present if now else None if at is None else read_moment(at, "--at")
    selection = PlanSelection(labels=read_selector(selector), reasons=frozenset(map(_read_reason, reason or ())))
    check_sort_key(sort_by, SORT_KEYS)
    wanted, given = choose_namespace(namespace, everywhere), [*(paths or ()), *(filenames or ())]
    session = Session.of(ctx, formats=LISTS)
    terminal, installation = session.terminal, session.installation
    policies = _choose(load_documents(terminal, given) if given else (sample_policy(),), policy)
    if not terminal.for_programs:
        _introduce(session, is_sample=not given)
    remembered = (
        asyncio.run(recall_first_windows(installation, in_force(installation, policies))) if given else NONE_REMEMBERED
    )
    made = plan_pauses(
        installation, policies, now=present, at=instant, namespace=wanted, selection=selection, first_windows=remembered
    )
    form = PlanForm(installation.settings.interval, show_all or bool(selection.reasons), sort_by, limit)
    if terminal.for_programs:
        pauses = {decision.ref.key: decision for each in made.policies for decision in each.pauses}
        names = [decision.ref.key for decision in arrange(pauses.values(), SORT_KEYS, sort_by, limit)]
        terminal.show(_answer(session, made, form), names)
        return
    show_plan(terminal, made, form)


def _introduce(session: Session, *, is_sample: bool) -> None:
    session.introduce()
    if is_sample:
        session.terminal.say(
            f"no policy given: judging by a sample (every namespace, at least {SAMPLE_HOURLY_COST} an hour)"
        )


def _answer(session: Session, made: Plan, form: PlanForm) -> PlanAnswer:
    policies = tuple(
        each.replace(decisions=arrange(each.decisions, SORT_KEYS, form.sort_by, form.limit)) for each in made.policies
    )
    cluster = session.installation.settings.cluster
    return PlanAnswer(**session.place, cluster=cluster, **dict(made.replace(policies=policies)))


def _choose(policies: Sequence[EnforcementPolicy], name: str | None) -> Sequence[EnforcementPolicy]:
    chosen = [each for each in policies if name in {None, each.name}]
    if not chosen:
        raise UsageProblem(f"--policy {name} is none of {', '.join(each.name for each in policies)}")
    return chosen


def _read_reason(code: str) -> Reason:
    for reason in Reason:
        if reason.casefold() == code.casefold():
            return reason
    near = nearest_name(code, list(Reason))
    raise UsageProblem(f"--reason {code} is no reason" + (f"; did you mean {near}?" if near else ""))
