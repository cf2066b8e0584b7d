"""`finops explain`: what every policy asks about a Deployment, and how to wake it if it sleeps."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.grammar.namespaces import Namespace
from cli.grammar.workloads import Workloads
from cli.session import Session
from cli.several import answer_each
from cli.views.plans.explain import answer as as_answer
from cli.views.plans.explain import show_explanation
from operations.errors import OperationError
from operations.plans.explanation import Explanation, explain_workload
from operations.plans.policies import choose_policies
from operations.policy_source import in_force
from operations.targets import read_keys
from operations.temporal import find_page, recall_first_windows
from policies.keys import WorkloadKey


def explain(
    ctx: typer.Context,
    workloads: Workloads,
    namespace: Namespace = None,
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="POLICY|FILE",
            help="An applied policy, or a file; as often as you like.",
        ),
    ] = None,
) -> None:
    """Show what each policy asks about a Deployment, the answers, and the figures behind them. Changes nothing."""
    keys = read_keys(workloads, namespace)
    session = Session.of(ctx)
    chosen = choose_policies(session.installation, policies or [])
    terminal, applied = session.terminal, in_force(session.installation, chosen.policies)
    first_windows = asyncio.run(recall_first_windows(session.installation, applied))
    if not terminal.for_programs:
        session.introduce()
        terminal.say(chosen.whence, style="dim")

    def answer(key: WorkloadKey) -> Explanation:
        explained = explain_workload(
            session.installation, key, chosen.policies, now=datetime.now(UTC), first_windows=first_windows
        )
        explained = explained.replace(page=asyncio.run(find_page(session.installation, key)))
        if not terminal.for_programs:
            if key != keys[0]:
                terminal.say()
            show_explanation(terminal, explained)
        return explained

    explanations, failed = answer_each(terminal, keys, answer)
    if terminal.for_programs:
        terminal.show_each([as_answer(explained, session.place) for explained in explanations], failed)
    if failed:
        raise OperationError(f"{len(failed):,} of {len(keys):,} could not be explained")
