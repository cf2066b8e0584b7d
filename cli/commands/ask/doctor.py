"""`finops doctor`: everything that has to be in place, one line each, with how to mend it."""

import asyncio

import typer

from cli.answers.present import DoctorAnswer
from cli.session import Session
from cli.views.present.doctor import show_checks
from operations.doctor.check_results import Level
from operations.doctor.examination import examine
from operations.errors import OperationError
from policies.wording import count


def doctor(ctx: typer.Context) -> None:
    """Check settings, policies, cluster, rights, costs, idleness and Temporal, and say how to mend each."""
    session = Session.of(ctx)
    results = asyncio.run(examine(session.installation))
    if session.terminal.for_programs:
        session.terminal.show(DoctorAnswer(checks=tuple(results)))
    else:
        show_checks(session.terminal, results)
    failed = sum(1 for result in results if result.level is Level.FAIL)
    if failed:
        raise OperationError(f"{failed} of {count(len(results), 'check')} failed")
