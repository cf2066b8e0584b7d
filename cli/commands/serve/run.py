"""`finops run`: embedded Temporal, worker and schedules in one process, for one machine."""

import asyncio
import logging
import os
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer
from temporalio.client import Client
from temporalio.service import RPCError

from activities.addresses import is_local
from cli.serving import Stop, serve
from cli.session import Session
from operations.policy_source import read_applied
from operations.temporal import count_sleeping, find_first_due
from operations.times import show_time
from operations.zones import Zones
from policies.policy.document import Mode
from worker.cluster.cluster import Cluster
from worker.embedded.temporal import EmbeddedTemporal
from worker.service.health import Health
from worker.service.metrics import serving_metrics
from worker.service.service import running_service
from worker.settings.values import PolicyPlace
from worker.temporal.connection import connect_to
from worker.temporal.encryption import build_converter
from worker.temporal.tracing import tracing
from worker.temporal.web_ui import WebUi

_LAST_LOOK_SECONDS = 1.0
"""Nobody who stops it waits for longer than that to learn when the first sleeper is due."""


def run(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Run everything in this process: embedded Temporal, worker and schedules. Ctrl-C stops it cleanly.

    What sleeps then goes on sleeping, and nothing wakes before the next start.
    """
    session = Session.of(ctx, serves=True)
    session.log_as_configured()
    installation = session.installation
    session.introduce()
    identity = installation.cluster.identity()
    logging.getLogger(__name__).debug("the cluster is %s", identity)
    _ask(session, yes=yes)
    if installation.settings.policy_source is PolicyPlace.FILES:
        installation.policies.prepare()
    instance = installation.settings.instance or installation.state.settle_instance()
    if os.environ.get("TEMPORAL_ADDRESS"):
        session.terminal.warn("TEMPORAL_ADDRESS is set: the other commands go there, and not to this server")
    serve(partial(_serve, session, replace(installation.cluster, instance=instance)))


def _ask(session: Session, *, yes: bool) -> None:
    """Wakes happen only while this process lives: fine on one's own machine, worth a question elsewhere."""
    server = session.installation.cluster.transport.server
    enforcing = [policy.name for policy in read_applied(session.installation) if policy.spec.mode is Mode.ENFORCE]
    if is_local(server):
        return
    session.terminal.warn(f"{server} is not this machine: what is paused there wakes only while this process runs")
    if enforcing:
        session.terminal.confirm(f"Policies in Enforce: {', '.join(enforcing)}.", yes=yes)


async def _serve(session: Session, cluster: Cluster, stop: Stop) -> None:
    """Its last word comes when all else is over: nothing that is logged on the way stands behind it."""
    terminal, goodbye = session.terminal, ""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(EmbeddedTemporal.start(session.installation.state))
        stack.push_async_callback(_end, asyncio.create_task(server.keep_running()))
        settings = session.installation.settings
        health = None if settings.metrics_port is None else Health()
        runtime = stack.enter_context(serving_metrics(settings.metrics_port, settings.metrics_host, health))
        client = await connect_to(
            server.target,
            runtime=runtime,
            converter=build_converter(settings.payload_keys),
            interceptors=stack.enter_context(tracing(settings)),
        )
        keeper = await stack.enter_async_context(running_service(client, cluster, health=health))
        terminal.say(f"Temporal UI  {server.ui_url}", style="bold")
        terminal.say(f"asleep       {WebUi(url=server.ui_url).sleepers_page(settings.cluster)}")
        terminal.say(f"policies     {session.installation.policies.place}   (finops apply PATH)")
        terminal.say(f"installation {cluster.instance}; stop with Ctrl-C")
        await stop.wait()
        terminal.note("stopping")
        goodbye = await _say_goodbye(client, settings.cluster, Zones(policies=keeper.current().policies))
    terminal.warn(goodbye)


async def _say_goodbye(client: Client, cluster: str, zones: Zones) -> str:
    """What sleeps on, and until when, asked while there is somebody to ask."""
    try:
        asleep = await count_sleeping(client, cluster)
    except RPCError:
        return "stopped; what sleeps goes on sleeping, and nothing wakes it before the next `finops run`"
    if not asleep:
        return "stopped; nothing is asleep"
    due = None
    with suppress(RPCError, TimeoutError):
        async with asyncio.timeout(_LAST_LOOK_SECONDS):
            due = await find_first_due(client, cluster)
    first = "" if due is None else f", the first is due {show_time(due.resume_at, zones.of(due.policy, due.namespace))}"
    return (
        f"stopped; {asleep:,} stay asleep{first}, and nothing wakes before the next `finops run`. Wake them now, "
        "without it: finops resume --all --direct"
    )


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
