"""`finops hold` and `finops release`: a stop for new pauses in the whole cluster."""

import asyncio
from typing import Annotated

import typer

from cli.answers.changes import HoldAnswer
from cli.session import Session
from operations.hold import HoldSet
from operations.hold import hold as set_hold
from operations.hold import release as end_hold
from operations.times import show_time
from policies.wording import as_reason


def hold(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(metavar="TEXT", callback=as_reason, help="Why, for those who wonder.")] = "",
) -> None:
    """No new pauses in this cluster until `finops release`. Sleepers keep their wake times."""
    session = Session.of(ctx)
    done = asyncio.run(set_hold(session.installation, reason))
    if done.changed:
        told = f"hold is on for cluster {done.cluster}: nothing new is paused; sleepers keep their wake times"
    else:
        assert done.hold is not None
        told = f"a hold is on since {show_time(done.hold.since)}, by {done.hold.by}"
        told += f": {done.hold.reason}" if done.hold.reason else ""
        if done.reason_before is not None:
            told += f" (that is its reason now; it was: {done.reason_before or 'none'})"
    session.terminal.say(told)
    _answer(session, done)


def release(ctx: typer.Context) -> None:
    """End a hold: enforcement goes on with its next run."""
    session = Session.of(ctx)
    done = asyncio.run(end_hold(session.installation))
    if done.changed:
        session.terminal.say(f"released: enforcement of cluster {done.cluster} goes on with its next run")
    else:
        session.terminal.say(f"no hold is on for cluster {done.cluster}")
    if not done.reconciles:
        session.terminal.warn("the Schedule of the reconciliation is paused, and was left so")
    _answer(session, done)


def _answer(session: Session, done: HoldSet) -> None:
    if session.terminal.for_programs:
        session.terminal.show(HoldAnswer(cluster=done.cluster, hold=done.hold))
