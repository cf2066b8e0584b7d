"""The table of all suites, as a document whose rows a later run replaces one by one."""

import fcntl
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from faults.run import Result

_INTRODUCTION = """# Fault report

Written by `make test-faults`: what the suites of `tests/faults/` came to on one machine. Each case is a Deployment on
a real control plane, put to sleep and woken by the real workflows on a real Temporal server, with a proxy between the
service and the API server that commits the faults. A watch from the start records every revision; the invariants of
`tests/support/faults/invariants.py` are judged on that log, and on everything the service asked for.
"""
_EXPLANATION = (
    "Seconds are from the start of a suite to its last case; suites of faults are played together. A run replaces the "
    "rows of the suites it played, and each row names the commit it is of."
)
_ROW = re.compile(
    r"\| (?P<suite>[^|*]+?) \| (?P<cases>[\d,]+) \| (?P<violations>\d+) \| (?P<seconds>\d+) \| (?P<commit>\w*) \|"
)
_LINE = re.compile(r"- (?P<suite>[^:]+): (?P<text>.+)")


@dataclass(frozen=True)
class Row:
    """One suite."""

    suite: str
    cases: int
    violations: int
    seconds: float
    not_run: Sequence[str] = ()
    """Parts that were not played, each with its reason."""
    remarks: Sequence[str] = ()
    """What it has to say besides."""
    commit: str = ""


@dataclass
class Report:
    """The suites of one run, or of several."""

    rows: list[Row] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The report that a document holds."""
        text = path.read_text() if path.exists() else ""
        _, _, rest = text.partition("## Not run")
        not_run, _, remarks = rest.partition("## Remarks")
        return cls(
            [
                Row(
                    suite=match["suite"],
                    cases=int(match["cases"].replace(",", "")),
                    violations=int(match["violations"]),
                    seconds=float(match["seconds"]),
                    not_run=_lines_of(match["suite"], not_run),
                    remarks=_lines_of(match["suite"], remarks),
                    commit=match["commit"],
                )
                for match in _ROW.finditer(text)
            ]
        )

    def updated(self, later: "Report") -> "Report":
        """This report with the rows of a later run in place of those of the same suites."""
        played = {row.suite for row in later.rows}
        return Report([*(row for row in self.rows if row.suite not in played), *later.rows])

    def write_into(self, path: Path) -> None:
        """Replace the rows of a document. Several processes of one run write, each at its end."""
        with path.open("a") as document:
            fcntl.flock(document, fcntl.LOCK_EX)
            path.write_text(Report.read(path).updated(self).as_document())

    def as_table(self) -> str:
        """The rows in Markdown."""
        rows = self.rows
        lines = ["| suite | cases | violations | seconds | commit |", "|---|---:|---:|---:|---|"]
        lines += [
            f"| {row.suite} | {row.cases:,} | {row.violations} | {row.seconds:.0f} | {row.commit} |" for row in rows
        ]
        cases, violations = sum(row.cases for row in rows), sum(row.violations for row in rows)
        return "\n".join([*lines, f"| **all** | **{cases:,}** | **{violations}** | | |"])

    def as_document(self) -> str:
        """The table, what was not run, and what the suites have to say."""
        not_run = [f"- {row.suite}: {reason}" for row in self.rows for reason in row.not_run]
        remarks = [f"- {row.suite}: {remark}" for row in self.rows for remark in row.remarks]
        parts = [
            _INTRODUCTION,
            self.as_table(),
            _EXPLANATION,
            "## Not run\n\n" + ("\n".join(not_run) or "Nothing."),
            "## Remarks\n\n" + ("\n".join(remarks) or "None."),
            f"Python {platform.python_version()}.",
        ]
        return "\n\n".join(part.strip() for part in parts) + "\n"


def hold(
    result: Result, report: Report, suite: str, *, not_run: Sequence[str] = (), remarks: Sequence[str] = ()
) -> None:
    """Put a suite into the report, and fail with the lines of the cases that broke something."""
    report.rows.append(
        Row(suite, result.cases, len(result.violations), result.seconds, not_run=not_run, remarks=remarks)
    )
    assert not result.violations, "\n".join(map(str, result.violations))
    assert not result.unfinished
    assert not result.unfired


def present_commit() -> str:
    """The commit of this checkout, or nothing outside of one."""
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def _lines_of(suite: str, text: str) -> tuple[str, ...]:
    return tuple(match["text"] for match in _LINE.finditer(text) if match["suite"] == suite)
