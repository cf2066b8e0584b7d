"""`finops costs`: what every Deployment costs an hour, and whether that figure is believed. Reads only."""

from datetime import UTC, datetime

import typer

from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.session import Session
from cli.views.costs import show_costs
from operations.costs.costs import list_costs


def costs(
    ctx: typer.Context,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
) -> None:
    """Show what every Deployment costs an hour (CPU, memory, GPU), and where a figure is not believed, why."""
    wanted = choose_namespace(namespace, everywhere)
    session = Session.of(ctx)
    if not session.terminal.for_programs:
        session.introduce()
    made = list_costs(session.installation, wanted, datetime.now(UTC))
    if session.terminal.for_programs:
        session.terminal.show_json([row.model_dump(by_alias=True, exclude={"opinion"}) for row in made.rows])
        return
    show_costs(session.terminal, made)
