"""Which past is replayed, by which policy. What comes of it is shown in tests/cli/commands/ask/test_backtest.py."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from services import enforcing

from localcluster import LocalCluster
from operations.errors import UsageProblem
from operations.installation import Installation
from operations.plans.replay_past import MOST_MOMENTS, choose_policy, open_past, read_span

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
FULL_HOUR = datetime(2026, 11, 23, 19, tzinfo=UTC)


def test_unless_told_otherwise_it_is_every_hour_of_two_weeks() -> None:
    span = read_span(None, None, "1h", now=NOW)
    assert (span.first, span.last, span.count) == (FULL_HOUR - timedelta(days=14), FULL_HOUR, 14 * 24 + 1)
    assert list(span)[:2] == [span.first, span.first + timedelta(hours=1)]


def test_it_ends_with_the_last_full_hour_at_the_latest() -> None:
    assert read_span("2026-11-23T00:00:00Z", "2030-01-01", "30m", now=NOW).last == FULL_HOUR


@pytest.mark.parametrize(
    ("start", "every", "says"),
    [
        ("2026-11-23T20:00:00Z", "1h", "must lie before"),
        (None, "1m", "at least 5m"),
        (None, "5m", f"{MOST_MOMENTS:,} at most"),
    ],
)
def test_a_past_that_makes_no_sense_is_refused(start: str | None, every: str, says: str) -> None:
    with pytest.raises(UsageProblem, match=says):
        read_span(start, None, every, now=NOW)


def test_one_policy_is_replayed(tmp_path: Path) -> None:
    installation = Installation({"state_dir": tmp_path / "state"}, user="me@here")
    file = tmp_path / "policy.yaml"
    file.write_text(enforcing("one", "dev"))
    assert choose_policy(installation, str(file)).name == "one"
    file.write_text("---\n".join(enforcing(name, "dev") for name in ("one", "two")))
    with pytest.raises(UsageProblem, match="holds 2 policies; a backtest replays one"):
        choose_policy(installation, str(file))


@pytest.mark.cluster
def test_without_a_prometheus_there_is_no_past(cluster: LocalCluster, tmp_path: Path) -> None:
    flags = {"kubeconfig": cluster.kubeconfig, "state_dir": tmp_path / "state"}
    with pytest.raises(UsageProblem, match="FINOPS_PROMETHEUS_URL"):
        open_past(Installation(flags, user="me@here"))
