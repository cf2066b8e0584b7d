"""`finops pause`: a person's pause of Deployments, until a time."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.answers.changes import PauseAnswer
from cli.asking import ask_before_pause
from cli.grammar.namespaces import Namespace
from cli.grammar.workloads import Workloads
from cli.options import EVERYWHERE, OutputFormat
from cli.session import Session
from cli.several import answer_each
from operations.errors import OperationError
from operations.sleepers.pause import Paused
from operations.sleepers.pause import pause as pause_until
from operations.targets import read_keys
from operations.times import read_duration, read_end, show_time
from operations.zones import read_zones
from policies.keys import WorkloadKey
from policies.wording import count


def pause(
    ctx: typer.Context,
    workloads: Workloads,
    namespace: Namespace = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="HH:MM, or RFC 3339 with its offset.")] = None,
    duration: Annotated[
        str | None, typer.Option("--for", metavar="4h", help="For so long; a day (2d) is 24 h.")
    ] = None,
    timeout: Annotated[str, typer.Option(metavar="30s", help="How long to wait for all to sleep.")] = "30s",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Pause Deployments by hand. At the time given each wakes, unless a policy wants it asleep then."""
    keys = read_keys(workloads, namespace)
    now = datetime.now(UTC)
    end = read_end(until, duration, now, required=True)
    assert end is not None
    gives_up_at = time.monotonic() + read_duration(timeout, "--timeout").total_seconds()
    session = Session.of(ctx, formats=(*EVERYWHERE, OutputFormat.NAME))
    session.introduce()
    ask_before_pause(session, keys, end, now, yes=yes)

    zones = read_zones(session.installation)

    def answer(key: WorkloadKey) -> Paused:
        seconds = max(0.0, gives_up_at - time.monotonic())
        paused = asyncio.run(pause_until(session.installation, key, end, now=now, seconds=seconds))
        until = show_time(paused.asleep_until, zones.of(namespace=key.namespace))
        replicas = f" ({count(paused.replicas, 'replica')})" if paused.replicas else ""
        session.terminal.say(f"{paused.workload}: asleep until {until}{replicas}")
        return paused

    pauses, failed = answer_each(session.terminal, keys, answer)
    if session.terminal.for_programs:
        answers = [PauseAnswer(**dict(each)) for each in pauses]
        session.terminal.show_each(answers, failed, names=[each.workload for each in pauses])
    if failed:
        raise OperationError(f"{len(failed)} of {len(keys)} could not be paused")
