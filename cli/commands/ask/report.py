"""`finops report`: what became of everything that slept, the headline first. Reads only."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.session import Session
from cli.views.past.report import show_report
from operations.past.report import NightWanted, read_report
from operations.times import read_since


def report(
    ctx: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="12h|TIME", help="Since when: 12h, 2d (of 24 h), a day, a time; else the last window, or 24h."
        ),
    ] = None,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    policy: Annotated[str | None, typer.Option(metavar="POLICY", help="Only what slept under it.")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every Deployment.")] = False,
) -> None:
    """Report who slept, who woke and why, whether their pods are available, and what that saved.

    Ends with 1 where something is not available 15 minutes after its wake, should be awake and is not, or woke and the
    cluster could not be asked.
    """
    now = datetime.now(UTC)
    wanted = NightWanted(
        since=None if since is None else read_since(since, "--since", now),
        namespace=choose_namespace(namespace, everywhere),
        policy=policy,
    )
    session = Session.of(ctx)
    made = asyncio.run(read_report(session.installation, wanted, now))
    if session.terminal.for_programs:
        session.terminal.show(made)
    else:
        show_report(session.terminal, made, show_all=show_all)
    if made.night.needs_somebody:
        raise typer.Exit(1)
