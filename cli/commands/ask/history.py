"""`finops history`: everything that is known of a workload's sleeps, from the cluster and from Temporal."""

import asyncio

import typer

from cli.answers.past import HistoryAnswer
from cli.grammar.namespaces import Namespace
from cli.grammar.workloads import Workloads
from cli.session import Session
from cli.several import answer_each
from cli.views.past.history import show_history
from operations.errors import OperationError
from operations.past.history import History, read_history
from operations.targets import read_keys
from policies.keys import WorkloadKey
from policies.names import hibernation_id


def history(ctx: typer.Context, workloads: Workloads, namespace: Namespace = None) -> None:
    """Show what is known of a Deployment's sleeps: its hibernations, its annotations, and copies of old records."""
    keys = read_keys(workloads, namespace)
    session = Session.of(ctx)
    terminal = session.terminal

    def answer(key: WorkloadKey) -> History:
        found = asyncio.run(read_history(session.installation, key))
        if not terminal.for_programs:
            if key != keys[0]:
                terminal.say()
            elif found.server:
                session.introduce()
            show_history(terminal, found)
        return found

    histories, failed = answer_each(terminal, keys, answer)
    if terminal.for_programs:
        terminal.show_each([_answer(found) for found in histories], failed)
    if failed:
        raise OperationError(f"of {len(failed)} of {len(keys)} nothing is known")


def _answer(found: History) -> HistoryAnswer:
    return HistoryAnswer(
        deployment=str(found.key),
        cluster=found.cluster,
        server=found.server or None,
        server_trouble=found.server_trouble,
        workflow=hibernation_id(found.cluster, found.key),
        page=found.page,
        now=found.carried,
        temporal=found.runs,
        temporal_trouble=found.runs_trouble,
        outlook=found.outlook,
    )
