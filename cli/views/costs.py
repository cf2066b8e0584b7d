"""Costs as people read them."""

from cli.console import Terminal
from operations.costs.costs import CostRow, CostTable
from operations.costs.money import describe_spending
from policies.costs.savings import cost_per_month
from policies.wording import amount


def show_costs(terminal: Terminal, costs: CostTable) -> None:
    """The table, with a column for second opinions where there are any, and the sum."""
    if costs.problem:
        terminal.say(f"{costs.problem}: nothing is paused by its cost", style="yellow")
    if costs.kept:
        terminal.say(costs.kept, style="dim")
    compared = any(row.opinion is not None for row in costs.rows)
    columns = ("Deployment", "Cost/h", "Cost/month", *(("Price list/h",) if compared else ()))
    rows = (
        (f"{row.namespace}/{row.name}", *_show_amounts(row), *(_show_opinion(row) if compared else ()), row.reason)
        for row in costs.rows
    )
    terminal.show_table((*columns, "Remark"), rows, numbers=range(1, len(columns)))
    terminal.say(f"{len(costs.rows)} Deployments, together {describe_spending(costs.together)}")


def _show_amounts(row: CostRow) -> tuple[str, str]:
    cost = row.believed
    if cost is not None:
        return amount(cost.amount, cost.currency, places=4), amount(cost_per_month(cost))
    stale = None if row.hourly_cost is None else f"stale: {amount(row.hourly_cost, row.currency, places=4)}"
    return stale or "unknown", "unknown"


def _show_opinion(row: CostRow) -> tuple[str]:
    return ("none" if row.opinion is None else amount(row.opinion.amount, places=4),)
