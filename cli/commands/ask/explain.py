"""`finops explain`: every check's verdict on one Deployment, and how to wake it if it sleeps."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.session import Session
from cli.views.explain import answer, show_explanation
from operations.plans.explanation import explain_workload
from operations.plans.policies import choose_policies
from operations.targets import read_key


def explain(
    ctx: typer.Context,
    workload: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME")],
    policy: Annotated[
        list[str] | None,
        typer.Argument(metavar="[POLICY...]", help="Names of applied policies, or files. Without: all applied ones."),
    ] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Its namespace, for deployment/NAME as in kubectl.")
    ] = None,
) -> None:
    """Show every check in order with its verdict on one Deployment, for each policy. Changes nothing."""
    key = read_key(workload, namespace)
    session = Session.of(ctx)
    chosen = choose_policies(session.installation, policy or [])
    if not session.terminal.for_programs:
        session.introduce()
        session.terminal.say(chosen.whence, style="dim")
    explained = explain_workload(session.installation, key, chosen.policies, now=datetime.now(UTC))
    if session.terminal.for_programs:
        session.terminal.show(answer(explained, session.place))
        return
    show_explanation(session.terminal, explained)
