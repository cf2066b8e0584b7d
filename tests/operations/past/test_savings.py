"""What sleep avoided over a period, also where one half cannot be asked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asking import ask_as
from cases import NOW

from localcluster import LocalCluster
from operations.errors import OperationError, UsageProblem
from operations.past.savings import read_period, reckon_savings
from policies.sleep.ledger import Period

MONTH = Period(since=NOW - timedelta(days=30), until=NOW)


def until_now() -> Period:
    return read_period(None, None, datetime.now(UTC))


@pytest.mark.temporal
async def test_without_the_cluster_what_temporal_knows_is_counted(temporal: str, tmp_path: Path) -> None:
    made = await reckon_savings(ask_as(tmp_path, cluster="never-slept", temporal=temporal), until_now())
    assert made.workloads == ()
    assert made.data_since is not None
    (trouble,) = made.troubles
    assert trouble.startswith("the cluster cannot be asked, so what sleeps now is not counted: ")


@pytest.mark.cluster
async def test_without_temporal_what_sleeps_now_is_counted(cluster: LocalCluster, tmp_path: Path) -> None:
    installation = ask_as(tmp_path, cluster="never-slept", kubeconfig=cluster.kubeconfig)
    made = await reckon_savings(installation, until_now(), "nobody-here")
    assert (made.workloads, made.data_since, made.node_hours) == ((), None, None)
    (trouble,) = made.troubles
    assert trouble.startswith("Temporal cannot be asked, so only what sleeps now is counted: ")
    assert made.realised.startswith("Node-hours are not known: no Prometheus is named")


async def test_where_nobody_can_be_asked_both_reasons_are_told(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"the cluster cannot be asked.*; Temporal cannot be asked"):
        await reckon_savings(ask_as(tmp_path, cluster="never-slept"), until_now())


def test_a_period_is_of_whole_days_and_ends_now_at_the_latest() -> None:
    assert read_period(None, None, NOW) == MONTH
    today = read_period(NOW.astimezone().date().isoformat(), NOW.astimezone().date().isoformat(), NOW)
    assert today.until == NOW
    assert today.since <= NOW
    week = read_period("2026-11-01", "2026-11-07", NOW)
    assert week.until - week.since == timedelta(days=7)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("yesterday", None, "--from 'yesterday' is neither a day nor a time"),
        (None, "2026-11-20T10:00", "--to '2026-11-20T10:00' is neither a day nor a time"),
        ("2026-11-20", "2026-11-10", "--from must lie before --to"),
        ("9999-12-31", None, "and in the past"),
    ],
)
def test_what_is_no_period_is_refused(since: str | None, until: str | None, words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        read_period(since, until, NOW)
