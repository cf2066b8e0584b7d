"""`finops calendar`: the coming sleeps and wakes of policies, by their schedules alone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.answers.plans import CalendarAnswer
from cli.session import Session
from cli.views.plans.calendar import show_calendar
from operations.plans.calendar import read_calendar
from operations.times import read_moment

MOST_DAYS = 3_660


def calendar(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY|FILE", help="An applied policy, or a file.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="RFC 3339, or a day; now unless given.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days to look ahead.")] = 14,
) -> None:
    """Show when a policy's schedule lets workloads sleep and wake. Changes nothing, and asks no server."""
    session = Session.of(ctx)
    begin = datetime.now(UTC) if since is None else read_moment(since, "--from")
    coming = read_calendar(session.installation, policy, begin=begin, end=begin + timedelta(days=days))
    if session.terminal.for_programs:
        session.terminal.show(CalendarAnswer(policies=coming.policies, sleeps=coming.sleeps))
        return
    show_calendar(session.terminal, coming, days=days)
