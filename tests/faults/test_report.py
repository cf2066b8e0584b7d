"""The report of the suites."""

from pathlib import Path

from faults.report import Report, Row


def test_a_later_run_replaces_the_rows_of_the_suites_it_played(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    first = Report(
        [
            Row("single faults", 30, 0, 80, commit="aaa1111"),
            Row("double faults", 1_900, 2, 700, not_run=("E: no events yet",), remarks=("slow",), commit="aaa1111"),
        ]
    )
    path.write_text(first.as_document())
    assert Report.read(path) == first
    Report([Row("single faults", 36, 0, 90, commit="bbb2222")]).write_into(path)
    later = Report.read(path)
    assert [(row.suite, row.cases, row.commit) for row in later.rows] == [
        ("double faults", 1_900, "aaa1111"),
        ("single faults", 36, "bbb2222"),
    ]
    assert "| **all** | **1,936** | **2** | | |" in later.as_document()
