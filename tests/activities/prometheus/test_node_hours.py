"""Node-hours, counted on a real Prometheus whose past is known."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from idlemonth import connected
from prometheusserver import running_prometheus, write_blocks

from activities.prometheus.client import Prometheus
from activities.prometheus.node_hours import count_node_hours

BEGIN = datetime(2026, 11, 16, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Four days: three nodes for two days, then two."""
    folder = tmp_path_factory.mktemp("nodes")
    lines = ["# TYPE kube_node_info gauge"]
    for node, days in (("a", 4), ("b", 4), ("c", 2)):
        series = f'kube_node_info{{node="{node}",cluster="dev"}} 1'
        lines += [f"{series} {BEGIN.timestamp() + 60 * minute:.0f}" for minute in range(days * 24 * 60)]
    text = folder / "past.om"
    text.write_text("\n".join([*lines, "# EOF", ""]))
    write_blocks(text, folder / "data")
    with running_prometheus(folder / "data") as server, connected(server.url) as client:
        yield Prometheus(client)


def test_fewer_nodes_are_fewer_node_hours_than_in_as_long_a_time_before(prometheus: Prometheus) -> None:
    counted = count_node_hours(prometheus, BEGIN + 2 * DAY, BEGIN + 4 * DAY)
    assert counted.problem == ""
    assert counted.before == pytest.approx(3 * 48, rel=0.01)
    assert counted.during == pytest.approx(2 * 48, rel=0.01)


def test_where_nobody_counted_before_nothing_is_told(prometheus: Prometheus) -> None:
    assert "0% of the time before the period" in count_node_hours(prometheus, BEGIN, BEGIN + 4 * DAY).problem
    half = count_node_hours(prometheus, BEGIN + DAY, BEGIN + 3 * DAY)
    assert "50% of the time before the period" in half.problem


def test_of_several_clusters_only_the_named_ones_nodes_count(prometheus: Prometheus) -> None:
    other = count_node_hours(prometheus, BEGIN + 2 * DAY, BEGIN + 4 * DAY, 'cluster="other"')
    assert "only 0%" in other.problem
    assert count_node_hours(prometheus, BEGIN + 2 * DAY, BEGIN + 4 * DAY, 'cluster="dev"').during > 0


def test_a_prometheus_that_is_away_is_a_sentence() -> None:
    with connected("http://127.0.0.1:9") as client:
        counted = count_node_hours(Prometheus(client, sleep=lambda _: None), BEGIN, BEGIN + HOUR)
    assert "gives no answer" in counted.problem
