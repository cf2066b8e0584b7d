"""`finops status`: what sleeps in the cluster, or with --all-clusters how each cluster is."""

import asyncio
from typing import Annotated, Any

import typer

from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.session import Session
from cli.views.clusters import show_clusters
from cli.views.status import show_status
from operations.errors import UsageProblem
from operations.present.clusters import look_at_clusters
from operations.present.status import ClusterStatus, read_status


def status(
    ctx: typer.Context,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    all_clusters: Annotated[bool, typer.Option("--all-clusters", help="A line for each cluster.")] = False,
) -> None:
    """Show the hold if there is one, then per policy what sleeps, since when, until when, and what that saves."""
    if all_clusters:
        if namespace is not None:
            raise UsageProblem("-n and --all-clusters are two questions; ask one of them")
        _show_all(Session.of(ctx))
        return
    wanted = choose_namespace(namespace, everywhere)
    session = Session.of(ctx)
    found = asyncio.run(read_status(session.installation, wanted))
    if session.terminal.for_programs:
        session.terminal.show_json(_as_json(found))
        return
    show_status(session.terminal, found)
    ui = session.installation.web_ui
    if ui is not None:
        session.terminal.say(f"asleep in the Temporal UI: {ui.sleepers_page(found.cluster)}", style="dim")


def _show_all(session: Session) -> None:
    found = asyncio.run(look_at_clusters(session.installation))
    if session.terminal.for_programs:
        session.terminal.show_json({"clusters": found})
        return
    show_clusters(session.terminal, found)


def _as_json(found: ClusterStatus) -> dict[str, Any]:
    return {
        "cluster": found.cluster,
        "hold": found.hold,
        "worker": found.worker,
        "asleep": found.asleep,
        "savings": found.savings,
        "hibernations": found.hibernations,
        "reconciliation": found.reconciliation,
        "schedules": found.schedules,
        "often_woken": found.often_woken,
        "first_windows": found.first_windows,
    }
