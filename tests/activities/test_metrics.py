from collections import UserDict
from collections.abc import ItemsView, Iterator

import pytest
from prometheus_client import generate_latest

from activities.cluster_context import working_for
from activities.metrics import (
    MOST_NAMESPACES,
    actions_by_policy,
    count_action,
    count_decisions,
    measuring_kubernetes,
    show_sleepers,
)
from policies.checks.reasons import Reason


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with working_for("dev"):
        yield


def shown(*names: str) -> list[str]:
    """What is told of the two clusters of this file: other tests of the process leave theirs behind."""
    lines = generate_latest().decode().splitlines()
    ours = ('cluster="dev"', 'cluster="other"')
    return sorted(line for line in lines if line.startswith(names) and any(cluster in line for cluster in ours))


def test_gauges_show_who_sleeps_now_and_forget_who_does_not() -> None:
    gauges = ("finops_paused_workloads", "finops_saved", "finops_estimated")
    show_sleepers({"USD": [0.5, 0.25], "EUR": [1.0], "": [0.0]}, {"USD": 300.0, "EUR": 400.0}, {"web": 3, "test": 1})
    assert shown(*gauges) == [
        'finops_estimated_savings_usd{cluster="dev"} 300.0',
        'finops_estimated_savings{cluster="dev",currency="EUR"} 400.0',
        'finops_estimated_savings{cluster="dev",currency="USD"} 300.0',
        'finops_paused_workloads{cluster="dev",namespace="test"} 1.0',
        'finops_paused_workloads{cluster="dev",namespace="web"} 3.0',
        'finops_saved_per_hour{cluster="dev",currency="EUR"} 1.0',
        'finops_saved_per_hour{cluster="dev",currency="USD"} 0.75',
    ]
    show_sleepers({}, {}, {})
    assert shown(*gauges) == ['finops_estimated_savings_usd{cluster="dev"} 0.0']


def test_the_name_of_the_design_tells_the_same() -> None:
    show_sleepers({}, {}, {"web": 3})
    series = {name: shown(name) for name in ("finops_paused_workloads", "finops_paused_resources_total")}
    assert [each.partition("{")[2] for each in series["finops_paused_resources_total"]] == [
        'cluster="dev",namespace="web"} 3.0'
    ]
    assert len({tuple(line.partition("{")[2] for line in lines) for lines in series.values()}) == 1
    show_sleepers({}, {}, {})


def test_gauges_of_one_cluster_leave_those_of_another_alone() -> None:
    show_sleepers({"USD": [0.5]}, {}, {"web": 3})
    with working_for("other"):
        show_sleepers({"USD": [1.0]}, {}, {"web": 1})
    show_sleepers({}, {}, {})
    assert shown("finops_paused_workloads", "finops_saved") == [
        'finops_paused_workloads{cluster="other",namespace="web"} 1.0',
        'finops_saved_per_hour{cluster="other",currency="USD"} 1.0',
    ]


def test_ten_thousand_workloads_in_as_many_namespaces_and_currencies_are_less_than_a_thousand_series() -> None:
    namespaces = {f"preview-{number}": 1 for number in range(10_000)}
    show_sleepers({f"C{number}": [1.0] for number in range(10_000)}, {}, namespaces)
    count_decisions(dict.fromkeys(Reason, 1))
    series = shown("finops_")
    assert len(series) < 1_000
    assert f'finops_paused_workloads{{cluster="dev",namespace="(others)"}} {10_000 - MOST_NAMESPACES}.0' in series
    show_sleepers({}, {}, {})


def test_a_request_that_fails_is_measured_and_counted_by_its_kind() -> None:
    with pytest.raises(ZeroDivisionError), measuring_kubernetes("get"):
        raise ZeroDivisionError
    assert 'finops_errors_total{cluster="dev",kind="ZeroDivisionError"} 1.0' in shown("finops_errors_total{")


def test_actions_are_counted_by_cluster_and_policy() -> None:
    count_action("nights", "pause")
    with working_for("other"):
        count_action("nights", "pause")
        count_action("nights", "resume")
        assert actions_by_policy() == {"nights": 2}
    assert actions_by_policy() == {"nights": 1}
    assert 'finops_actions_taken_total{action="pause",cluster="dev",policy="nights"} 1.0' in shown("finops_actions")


def test_a_reader_in_between_never_finds_a_namespace_missing_that_stays() -> None:
    seen: list[list[str]] = []

    class Reading(UserDict[str, int]):
        """Somebody reads while the figures are being replaced."""

        def items(self) -> ItemsView[str, int]:
            seen.append(shown("finops_paused_workloads"))
            return super().items()

    show_sleepers({"USD": [0.5]}, {}, {"web": 3})
    show_sleepers({"USD": [0.5]}, {}, Reading(web=4, test=1))
    assert ['finops_paused_workloads{cluster="dev",namespace="web"} 3.0' in each for each in seen] == [True]
    show_sleepers({}, {}, {})
