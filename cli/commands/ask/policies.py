"""`finops policies`: the policies in force, or one of them with its last runs. Reads only."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.session import Session
from cli.views.present.policies import show_policies, show_policy
from operations.present.read_in_force import read_policies_in_force, read_policy


def policies(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="POLICY")] = None,
    runs: Annotated[int, typer.Option(min=1, max=100, help="How many of its last runs to show.")] = 10,
) -> None:
    """Show each policy in force: its mode, its window, what sleeps under it, and what its last run came to.

    With a NAME also its conditions and its last runs.
    """
    session, now = Session.of(ctx), datetime.now(UTC)
    if name is not None:
        policy = asyncio.run(read_policy(session.installation, name, runs, now))
        if session.terminal.for_programs:
            session.terminal.show(policy)
        else:
            show_policy(session.terminal, policy)
        return
    found = asyncio.run(read_policies_in_force(session.installation, now))
    if session.terminal.for_programs:
        session.terminal.show(found)
    else:
        show_policies(session.terminal, found)
