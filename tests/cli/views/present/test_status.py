"""A status of workloads that somebody has written into."""

from datetime import UTC, datetime

import pytest
from cases import workload
from sleepers import sleeper

from activities.snapshot import Hold
from cli.answers.documents import to_json
from cli.console import Terminal
from cli.tables import lay_out
from cli.views.present.status import _AWAKE_COLUMNS, _awake_row, show_status
from operations.present.status import ClusterStatus
from operations.standing.standing import WorkloadStanding, stand_by_carried
from operations.zones import Zones
from policies import annotations as notes
from policies.workload import Workload

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def standing(seen: Workload) -> WorkloadStanding:
    found = stand_by_carried(seen, NOW)
    assert found is not None
    return found


def asleep(**carried: str) -> WorkloadStanding:
    seen = sleeper("web")
    added = {f"finops.io/{key.replace('_', '-')}": text for key, text in carried.items()}
    return standing(seen.replace(annotations=seen.annotations | added))


def awake(name: str, reason: str) -> WorkloadStanding:
    note = {notes.AWAKE_UNTIL: "2026-12-01T00:00:00Z", notes.AWAKE_BY: "anna", notes.AWAKE_REASON: reason}
    return standing(workload(name=name, annotations=note))


def status_of(*rows: WorkloadStanding, hold: Hold | None = None) -> ClusterStatus:
    return ClusterStatus(cluster="dev", at=NOW, temporal="here:7233", worker=True, hibernations=rows, hold=hold)


def test_what_somebody_wrote_into_a_workload_or_a_hold_is_text_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        asleep(paused_by="x\x1b[2J\x1b[Hnothing is asleep\x1b[8m\n", hourly_cost="0.1 \x1b[2Jgood x"),
        awake("api", "\x1b]0;t\x07\nnothing is asleep"),
    )
    hold = Hold(by="eve\x1b[8m", since=NOW, reason="\x1b[2Jover\n\nnothing is held")
    show_status(Terminal(), status_of(*rows, hold=hold))
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if line.startswith("nothing")] == []
    assert lines[0].startswith("HOLD since ")


def test_a_cost_that_cannot_be_one_saves_nothing_known_and_leaves_json_json() -> None:
    row = asleep(hourly_cost="1e308 USD by hand")
    assert (row.saved_per_day_asleep, asleep(hourly_cost="2.0 USD by hand").saved_per_day_asleep) == (None, 48.0)
    told = to_json(status_of(row))
    assert "Infinity" not in told
    assert "NaN" not in told


def test_a_reason_without_an_end_takes_no_column_from_the_other_rows() -> None:
    rows = [awake(f"web-{number}", "a demo" if number else "x " * 125_000) for number in range(3)]
    columns = [column for column in _AWAKE_COLUMNS if not column.wide_only]
    heading, lines = lay_out(columns, [_awake_row(each, Zones())[: len(columns)] for each in rows], 120)
    assert heading.split() == ["Deployment", "State", "Since", "Until", "Because"]
    assert sum(map(len, lines)) < 3_000
