"""`finops costs`: what every Deployment costs an hour, and whether that figure is believed. Reads only."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.session import Session
from cli.views.costs import show_costs
from operations.costs.costs import list_costs
from operations.targets import read_namespace


def costs(
    ctx: typer.Context,
    namespace: Annotated[str | None, typer.Option(help="Only Deployments of this namespace.")] = None,
) -> None:
    """Show what every Deployment costs an hour (CPU, memory, GPU), and where a figure is not believed, why."""
    wanted = None if namespace is None else read_namespace(namespace)
    session = Session.of(ctx)
    if not session.terminal.for_programs:
        session.introduce()
    made = list_costs(session.installation, wanted, datetime.now(UTC))
    if session.terminal.for_programs:
        session.terminal.show_json([row.model_dump(by_alias=True, exclude={"opinion"}) for row in made.rows])
        return
    show_costs(session.terminal, made)
