"""`finops plan`: what could be paused now, and what that would save. Reads only, and needs no Temporal."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.grammar.documents import Documents, Filenames, load_documents
from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.session import Session
from cli.views.plan import show_plan
from operations.errors import UsageProblem
from operations.plans.plan_pauses import plan_pauses
from operations.plans.policies import SAMPLE_HOURLY_COST, sample_policy
from operations.times import read_moment


def plan(
    ctx: typer.Context,
    paths: Documents = None,
    filenames: Filenames = None,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    now: Annotated[bool, typer.Option("--now", help="Judge the present instant, inside a window or not.")] = False,
    at: Annotated[str | None, typer.Option(help="Judge this instant: RFC 3339, or a day.", metavar="TIME")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every Deployment with its reason.")] = False,
) -> None:
    """Show what could be paused and what that would save. Changes nothing, and needs no Temporal.

    Without a policy it judges by a sample. A policy with a schedule is judged as of the beginning of its next window,
    unless inside one.
    """
    if now and at is not None:
        raise UsageProblem("--now and --at name two instants: give one of them")
    present = datetime.now(UTC)
    instant = present if now else None if at is None else read_moment(at, "--at")
    wanted, given = choose_namespace(namespace, everywhere), [*(paths or ()), *(filenames or ())]
    session = Session.of(ctx)
    terminal, installation = session.terminal, session.installation
    policies = load_documents(terminal, given) if given else (sample_policy(),)
    if not terminal.for_programs:
        session.introduce()
        if not given:
            terminal.say(
                f"no policy given: judging by a sample (every namespace, at least {SAMPLE_HOURLY_COST} an hour)"
            )
    made = plan_pauses(installation, policies, now=present, at=instant, namespace=wanted)
    if terminal.for_programs:
        terminal.show_json(session.place | {"cluster": installation.settings.cluster} | dict(made))
        return
    show_plan(terminal, made, interval=installation.settings.interval, show_all=show_all)
