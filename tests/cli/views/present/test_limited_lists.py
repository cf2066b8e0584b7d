"""A list that a limit cuts short says so, and its sums are of all there are."""

import pytest
from cases import NOW

from cli.console import Terminal
from cli.options import OutputFormat
from cli.views.present.costs import show_costs
from cli.views.present.status import show_status
from operations.costs.costs import CostRow, CostTable
from operations.present.status import ClusterStatus
from operations.standing.standing import WorkloadStanding
from policies.sleep.messages import Phase


def cost_of(name: str) -> CostRow:
    return CostRow(
        namespace="dev", name=name, hourly_cost=1, currency="USD", source="s", valid=True, reason="", opinion=None
    )


COSTS = CostTable(rows=tuple(map(cost_of, ("a", "b", "c"))), problem="", kept="")
STATUS = ClusterStatus(
    cluster="c",
    at=NOW,
    worker=True,
    hibernations=tuple(
        WorkloadStanding(namespace="dev", name=name, phase=phase)
        for name, phase in (("a", Phase.ASLEEP), ("b", Phase.ASLEEP), ("c", Phase.AWAKE))
    ),
)


@pytest.mark.parametrize(("limit", "said"), [(2, "the first 2 of 3\n"), (3, ""), (None, "")], ids=str)
def test_costs_say_how_many_a_limit_left_out(limit: int | None, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_costs(Terminal(OutputFormat.TABLE), COSTS, COSTS.rows[:limit])
    shown = capsys.readouterr().out
    assert said in shown
    assert ("the first" in shown) is bool(said)
    assert "3 Deployments, together 3" in shown


@pytest.mark.parametrize(("limit", "said"), [(2, "the first 2 of 3\n"), (3, ""), (None, "")], ids=str)
def test_status_says_that_a_limit_left_out_the_last_who_are_kept_awake(
    limit: int | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show_status(Terminal(OutputFormat.TABLE), STATUS, limit=limit)
    shown = capsys.readouterr().out
    assert said in shown
    assert ("the first" in shown) is bool(said)
    assert "2 asleep, 1 kept awake" in shown
