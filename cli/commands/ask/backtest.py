"""`finops backtest`: a policy replayed over the past that Prometheus knows, to trust it before it acts."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.session import Session
from cli.views.plans.backtest import answer, show_backtest
from operations.plans.replay_past import choose_policy, open_past, read_span, replay_past


def backtest(
    ctx: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY|FILE", help="An applied policy, or a file with one.")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="A day, or RFC 3339; 14 days before --to.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="A day (included), or RFC 3339; the last full hour.")
    ] = None,
    every: Annotated[str, typer.Option(metavar="DURATION", help="Time between two evaluations.")] = "1h",
) -> None:
    """Show what a policy would have paused in the past, and which of those pauses had work inside. Changes nothing."""
    session, now = Session.of(ctx), datetime.now(UTC)
    span = read_span(start, end, every, now=now)
    replayed = choose_policy(session.installation, policy)
    past = open_past(session.installation)
    if not session.terminal.for_programs:
        session.introduce()
    made = replay_past(session.installation, replayed, past, span=span, now=now)
    if session.terminal.for_programs:
        session.terminal.show(answer(made, session.place))
        return
    show_backtest(session.terminal, made)
