"""`finops costs`: what every Deployment costs an hour, and whether that figure is believed. Reads only."""

from collections.abc import Sequence
from datetime import UTC, datetime

import typer

from cli.answers.present import CostsAnswer
from cli.grammar.lists import LimitOption, SelectorOption, SortOption, arrange, check_sort_key, read_selector
from cli.grammar.namespaces import AllNamespaces, Namespace, choose_namespace
from cli.options import LISTS
from cli.session import Session
from cli.views.present.costs import SORT_KEYS, show_costs
from operations.costs.costs import CostRow, CostTable, list_costs
from policies.keys import WorkloadKey


def costs(
    ctx: typer.Context,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    selector: SelectorOption = None,
    sort_by: SortOption = None,
    limit: LimitOption = None,
) -> None:
    """Show what every Deployment costs an hour (CPU, memory, GPU), and where a figure is not believed, why.

    --sort-by takes name or cost: `finops costs --sort-by cost --limit 10` shows the ten dearest.
    """
    wanted, labels = choose_namespace(namespace, everywhere), read_selector(selector)
    check_sort_key(sort_by, SORT_KEYS)
    session = Session.of(ctx, formats=LISTS)
    if not session.terminal.for_programs:
        session.introduce()
    made = list_costs(session.installation, wanted, datetime.now(UTC), labels)
    rows = arrange(made.rows, SORT_KEYS, sort_by, limit)
    if session.terminal.for_programs:
        names = [WorkloadKey(row.namespace, row.name) for row in rows if row.namespace]
        session.terminal.show(_answer(session, made, rows), names)
        return
    show_costs(session.terminal, made, rows)


def _answer(session: Session, made: CostTable, rows: Sequence[CostRow]) -> CostsAnswer:
    return CostsAnswer(
        **session.place,
        deployments=tuple(rows),
        together=made.together,
        problem=made.problem,
        costs_kept=made.kept,
    )
