"""`finops history`: everything that is known of one workload's sleeps, from the cluster and from Temporal."""

import asyncio
from typing import Annotated

import typer

from cli.answers.past import HistoryAnswer
from cli.session import Session
from cli.views.history import show_history
from operations.past.history import History, read_history
from operations.targets import read_key
from policies.names import hibernation_id


def history(
    ctx: typer.Context,
    workload: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME")],
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Its namespace, for deployment/NAME as in kubectl.")
    ] = None,
) -> None:
    """Show what is known of one Deployment's sleeps: its hibernations, its annotations, and copies of old records."""
    key = read_key(workload, namespace)
    session = Session.of(ctx)
    found = asyncio.run(read_history(session.installation, key))
    if session.terminal.for_programs:
        session.terminal.show(_answer(found))
        return
    if found.server:
        session.introduce()
    show_history(session.terminal, found)


def _answer(found: History) -> HistoryAnswer:
    return HistoryAnswer(
        deployment=str(found.key),
        cluster=found.cluster,
        server=found.server or None,
        server_trouble=found.server_trouble,
        workflow=hibernation_id(found.cluster, found.key),
        now=found.carried,
        temporal=found.runs,
        temporal_trouble=found.runs_trouble,
        outlook=found.outlook,
    )
