"""The table of all suites: on the terminal, and as a document."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field

from faults.run import Result

_INTRODUCTION = """# Fault report

Written by `make test-faults`: what the suites of `tests/faults/` came to on one machine. Each case is a Deployment on
a real control plane, put to sleep and woken by the real workflows on a real Temporal server, with a proxy between the
service and the API server that commits the faults. A watch from the start records every revision; the invariants of
`tests/support/faults/invariants.py` are judged on that log, and on everything the service asked for.
"""


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


@dataclass
class Report:
    """The suites of one run."""

    rows: list[Row] = field(default_factory=list)

    def as_table(self) -> str:
        """The rows in Markdown."""
        rows = self.rows
        lines = ["| suite | cases | violations | seconds |", "|---|---:|---:|---:|"]
        lines += [f"| {row.suite} | {row.cases:,} | {row.violations} | {row.seconds:.0f} |" for row in rows]
        cases, violations = sum(row.cases for row in rows), sum(row.violations for row in rows)
        return "\n".join([*lines, f"| **all** | **{cases:,}** | **{violations}** | |"])

    def as_document(self) -> str:
        """The table, what was not run, and what the suites have to say."""
        not_run = [f"- {row.suite}: {reason}" for row in self.rows for reason in row.not_run]
        remarks = [f"- {row.suite}: {remark}" for row in self.rows for remark in row.remarks]
        parts = [
            _INTRODUCTION,
            self.as_table(),
            "Seconds are from the start of a suite to its last case. Suites of faults are played together.",
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
