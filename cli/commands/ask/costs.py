"""`finops costs`: what every Deployment costs an hour, and whether that figure is believed. Reads only."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import Field

from cli.console import Terminal
from cli.session import Session
from operations.listing import Listing, list_workloads
from operations.plans.ask_ahead import ask_ahead
from operations.plans.money import add_costs, describe_money
from operations.targets import read_namespace
from policies.costs.cost import CostAnswer, HourlyCost
from policies.costs.savings import up_to_per_month
from policies.models import Frozen
from policies.workload import Workload

_UNREADABLE = "Unreadable"
"""The code of a Deployment whose requests cannot be read."""


class CostRow(Frozen):
    """One Deployment, as programs read it."""

    namespace: str
    name: str
    hourly_cost: float | None = Field(serialization_alias="hourlyCost")
    """CPU, memory and GPU as it runs. Not valid, it is the last one that was believed, or nothing."""
    currency: str
    source: str
    valid: bool
    reason: str
    """Where it is not valid: a code of `policies.costs.doubts`, and a sentence. Where it is zero: why."""


def costs(
    ctx: typer.Context,
    namespace: Annotated[str | None, typer.Option(help="Only Deployments of this namespace.")] = None,
) -> None:
    """Show what every Deployment costs an hour (CPU, memory, GPU), and where a figure is not believed, why."""
    wanted = None if namespace is None else read_namespace(namespace)
    session = Session.of(ctx)
    if not session.terminal.for_programs:
        session.introduce()
    now = datetime.now(UTC)
    ask_ahead(session.installation, now)
    listing = list_workloads(session.installation)
    source = session.installation.cluster.source
    with session.terminal.progress(f"asking {source.name}"):
        answered = source.fetch(now)
    highest = session.installation.settings.max_hourly_cost
    pairs = [
        (workload, answered.quote(workload).within(highest))
        for workload in sorted(listing.workloads, key=lambda each: (each.ref.namespace, each.ref.name))
        if wanted in {None, workload.ref.namespace}
    ]
    rows = [_as_row(workload, answer, source.currency, source.name) for workload, answer in pairs]
    rows += _unreadable_rows(listing, wanted, source.currency, source.name)
    if session.terminal.for_programs:
        session.terminal.show_json([row.model_dump(by_alias=True) for row in rows])
        return
    if answered.problem:
        session.terminal.say(f"{answered.problem}: nothing is paused by its cost", style="yellow")
    if answered.kept:
        session.terminal.say(answered.kept, style="dim")
    _show(session.terminal, pairs, rows)


def _as_row(workload: Workload, answer: CostAnswer, currency: str, source: str) -> CostRow:
    cost = answer.cost if answer.earlier is None or answer.cost is not None else answer.earlier.cost
    reason = ""
    if answer.cost is None:
        code = "" if answer.doubt is None else f"{answer.doubt}: "
        stale = "" if answer.earlier is None else f"; shown is what was believed, {answer.earlier}"
        reason = f"{code}{answer.unknown_because}{stale}"
    elif workload.replicas == 0:
        reason = "at zero replicas it costs nothing"
    return CostRow(
        namespace=workload.ref.namespace,
        name=workload.ref.name,
        hourly_cost=None if cost is None else cost.amount,
        currency=currency if cost is None else cost.currency,
        source=source if cost is None else cost.source,
        valid=answer.cost is not None,
        reason=reason,
    )


def _unreadable_rows(listing: Listing, wanted: str | None, currency: str, source: str) -> Iterator[CostRow]:
    """Those that could not be understood."""
    for each in listing.unreadable:
        namespace, _, name = each.deployment.partition("/")
        if wanted in {None, namespace}:
            yield CostRow(
                namespace=namespace,
                name=name,
                hourly_cost=None,
                currency=currency,
                source=source,
                valid=False,
                reason=f"{_UNREADABLE}: {each.problem}",
            )


def _show(terminal: Terminal, pairs: list[tuple[Workload, CostAnswer]], rows: list[CostRow]) -> None:
    opinions = {str(workload.ref): answer.opinion for workload, answer in pairs}
    compared = any(opinions.values())
    columns = ("Deployment", "Cost/h", "Up to/month", *(("Price list/h",) if compared else ()))
    table = []
    for row in rows:
        name = f"{row.namespace}/{row.name}"
        opinion = opinions.get(name)
        beside = ("" if opinion is None else f"{opinion.amount:.4f}",) if compared else ()
        table.append((name, *_show_amounts(row), *beside, row.reason))
    terminal.show_table((*columns, "Remark"), table, numbers=range(1, len(columns)))
    money = add_costs(_as_cost(row) for row in rows)
    terminal.say(f"{len(rows)} Deployments, together {describe_money(money)}")


def _as_cost(row: CostRow) -> HourlyCost | None:
    if not row.valid or row.hourly_cost is None:
        return None
    return HourlyCost(amount=row.hourly_cost, currency=row.currency, source=row.source)


def _show_amounts(row: CostRow) -> tuple[str, str]:
    cost = _as_cost(row)
    if cost is not None:
        return f"{cost.amount:.4f} {cost.currency}", f"{up_to_per_month(cost):.2f}"
    return "unknown" if row.hourly_cost is None else f"stale: {row.hourly_cost:.4f} {row.currency}", ""
