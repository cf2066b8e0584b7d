"""Costs as people read them."""

from collections.abc import Sequence

from cli.console import Terminal
from cli.grammar.lists import SortKeys, tell_rest
from cli.tables import TableColumn
from operations.costs.costs import CostRow, CostTable
from operations.costs.money import describe_spending
from policies.costs.savings import cost_per_month
from policies.wording import amount, count

SORT_KEYS: SortKeys = {
    "name": lambda row: (row.namespace, row.name),
    "cost": lambda row: None if row.believed is None else row.believed.amount,
}


def show_costs(terminal: Terminal, costs: CostTable, rows: Sequence[CostRow]) -> None:
    """The rows, with a column for second opinions where there are any, and the sum of all there are."""
    if costs.problem:
        terminal.say(f"{costs.problem}: nothing is paused by its cost", style="yellow")
    if costs.kept:
        terminal.say(costs.kept, style="dim")
    compared = any(row.opinion is not None for row in rows)
    columns = (
        TableColumn(title="Deployment"),
        TableColumn(title="Cost/h", is_number=True),
        TableColumn(title="Cost/month", is_number=True, gives_way=1),
        TableColumn(title="Price list/h", is_number=True, gives_way=2, wide_only=not compared),
        TableColumn(title="Source", wide_only=True),
        TableColumn(title="Remark", is_prose=True),
    )
    terminal.show_table(columns, map(_row, rows))
    tell_rest(terminal, len(rows), len(costs.rows))
    at_zero = f"; {costs.at_zero:,} at zero now are not in it" if costs.at_zero else ""
    terminal.say(f"{count(len(costs.rows), 'Deployment')}, together {describe_spending(costs.together)}{at_zero}")


def _row(row: CostRow) -> tuple[str, ...]:
    opinion = "none" if row.opinion is None else amount(row.opinion.amount, places=4)
    return (f"{row.namespace}/{row.name}", *_show_amounts(row), opinion, row.source, row.reason)


def _show_amounts(row: CostRow) -> tuple[str, str]:
    cost = row.believed
    if cost is not None:
        return amount(cost.amount, cost.currency, places=4), amount(cost_per_month(cost))
    stale = None if row.hourly_cost is None else f"stale: {amount(row.hourly_cost, row.currency, places=4)}"
    return stale or "unknown", "unknown"
