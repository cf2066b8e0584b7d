"""`finops savings`: what sleep avoided, by policy and namespace, over a period. Reads only."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.past import SavingsAnswer
from cli.grammar.lists import LimitOption, PolicyOption, SortOption, arrange, check_sort_key
from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.session import Session
from cli.views.past.savings import SORT_KEYS, show_savings
from operations.past.savings import read_period, reckon_savings


def savings(
    ctx: typer.Context,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="A day, or RFC 3339.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="A day (included), or RFC 3339.")] = None,
    policy: PolicyOption = None,
    sort_by: SortOption = None,
    limit: LimitOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="List every Deployment.")] = False,
) -> None:
    """Show what sleep avoided over a period (the last 30 days), by policy and namespace, as an estimate.

    --sort-by takes name, policy, saving, hours or sleeps: `finops savings --all --sort-by saving --limit 10`.
    """
    wanted = choose_namespace(namespace, everywhere)
    period = read_period(since, until, datetime.now(UTC))
    check_sort_key(sort_by, SORT_KEYS)
    session = Session.of(ctx)
    made = asyncio.run(reckon_savings(session.installation, period, wanted, policy))
    if session.terminal.for_programs:
        shown = made.replace(
            groups=arrange(made.groups, SORT_KEYS, sort_by, limit),
            workloads=arrange(made.workloads, SORT_KEYS, sort_by, limit),
        )
        session.terminal.show(SavingsAnswer(**dict(shown)))
        return
    show_savings(session.terminal, made, show_all=show_all, sort_by=sort_by, limit=limit)
