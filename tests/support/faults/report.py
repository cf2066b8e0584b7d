"""The table of all suites: on the terminal, and as a document."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_INTRODUCTION = """# Fault report

Written by `make test-faults`: what the suites of `tests/faults/` came to on one machine. Each case is one Deployment
on a real control plane, put to sleep and woken by the real workflows on a real Temporal server, with a proxy between
the service and the API server that commits the faults. A watch from the start records every revision; the invariants
of `tests/support/faults/invariants.py` are judged on that log, and on everything the service asked for.
"""


@dataclass(frozen=True)
class Row:
    """One suite. `not_run` has a reason for each part that was not played."""

    suite: str
    cases: int
    violations: int
    seconds: float
    not_run: Sequence[str] = ()


def as_table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| suite | cases | violations | seconds |", "|---|---:|---:|---:|"]
    lines += [f"| {row.suite} | {row.cases:,} | {row.violations} | {row.seconds:.0f} |" for row in rows]
    lines.append(f"| **all** | **{sum(row.cases for row in rows):,}** | **{sum(row.violations for row in rows)}** | |")
    return "\n".join(lines)


def write_report(path: Path, rows: Sequence[Row], details: Sequence[str]) -> None:
    """The document: the table, what was not run, and what the suites have to say besides."""
    not_run = [f"- {row.suite}: {reason}" for row in rows for reason in row.not_run]
    parts = [
        _INTRODUCTION,
        as_table(rows),
        "Seconds are from the start of a suite to its last case; suites of one run are played together.",
        "## Not run\n\n" + ("\n".join(not_run) or "Nothing."),
        *details,
        f"Python {platform.python_version()}.",
    ]
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n")
