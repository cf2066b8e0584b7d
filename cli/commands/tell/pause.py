"""`finops pause`: a person's pause of one Deployment, until a time."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.changes import PauseAnswer
from cli.asking import ask_before_pause
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from operations.sleepers.pause import pause as pause_until
from operations.targets import read_key
from operations.times import read_duration, read_end, show_time
from policies.wording import count


def pause(
    ctx: typer.Context,
    workload: Annotated[str, typer.Argument(metavar="NAMESPACE/NAME")],
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Its namespace, for deployment/NAME as in kubectl.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="HH:MM, or RFC 3339 with its offset.")] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="4h", help="For so long.")] = None,
    timeout: Annotated[str, typer.Option(metavar="30s", help="How long to wait for it to sleep.")] = "30s",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Pause a Deployment by hand. At the time given it wakes, unless a policy wants it asleep then."""
    key = read_key(workload, namespace)
    now = datetime.now(UTC)
    end = read_end(until, duration, now, required=True)
    assert end is not None
    seconds = read_duration(timeout).total_seconds()
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    session.introduce()
    ask_before_pause(session, [key], end, now, yes=yes)
    paused = asyncio.run(pause_until(session.installation, key, end, now=now, seconds=seconds))
    replicas = f" ({count(paused.replicas, 'replica')})" if paused.replicas else ""
    session.terminal.say(f"{paused.workload}: asleep until {show_time(paused.asleep_until)}{replicas}")
    if session.terminal.for_programs:
        session.terminal.show(PauseAnswer(**dict(paused)), names=[paused.workload])
