"""`finops worker`: a worker against a Temporal server that others keep, for one cluster or for several."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from temporalio.client import Client, Interceptor
from temporalio.runtime import Runtime

from cli.serving import Stop, serve
from cli.session import Session
from operations.errors import UsageProblem
from operations.times import read_duration
from policies.wording import count
from worker.errors import TemporalUnreachable
from worker.service.fleet import Fleet
from worker.service.health import Health, HealthOfMany
from worker.service.metrics import serving_metrics
from worker.service.service import running_service
from worker.temporal.connection import find_target
from worker.temporal.encryption import build_converter
from worker.temporal.renewal import connect_renewably, renewing
from worker.temporal.tracing import tracing

_SECONDS_BETWEEN_TRIES = 3.0


def worker(
    ctx: typer.Context,
    wait: Annotated[str, typer.Option(metavar="60s", help="How long to wait for Temporal at the start.")] = "60s",
) -> None:
    """Run a worker against the Temporal server that TEMPORAL_* name. Needs FINOPS_INSTANCE."""
    session = Session.of(ctx, serves=True)
    session.log_as_configured()
    if any(settings.instance is None for settings in session.installation.each_settings):
        raise UsageProblem(
            "finops worker needs FINOPS_INSTANCE (or --instance): the name under which it pauses. Never change it: "
            "what sleeps under the old name would be left asleep"
        )
    seconds = read_duration(wait, "--wait").total_seconds()
    if len(session.installation.each_settings) > 1:
        if session.options.context is not None or session.options.kubeconfig is not None:
            raise UsageProblem("--context and --kubeconfig are about one cluster: choose it with --cluster")
        serve(partial(_serve_many, session, seconds))
    else:
        session.introduce()
        serve(partial(_serve_one, session, seconds))


async def _serve_one(session: Session, seconds: float, stop: Stop) -> None:
    settings, cluster = session.installation.settings, session.installation.cluster
    health = None if settings.metrics_port is None else Health()
    with (
        serving_metrics(settings.metrics_port, settings.metrics_host, health) as runtime,
        tracing(settings) as interceptors,
    ):
        client = await _connect(session, seconds, runtime, interceptors)
        async with renewing(client), running_service(client, cluster, health=health):
            session.terminal.say(f"worker of installation {cluster.instance} is up for cluster {settings.cluster}")
            await stop.wait()
            session.terminal.say("stopping")


async def _serve_many(session: Session, seconds: float, stop: Stop) -> None:
    installation = session.installation
    shared, names = installation.shared_settings, [settings.cluster for settings in installation.each_settings]
    health = HealthOfMany(names)
    with (
        serving_metrics(shared.metrics_port, shared.metrics_host, health) as runtime,
        tracing(shared) as interceptors,
    ):
        client = await _connect(session, seconds, runtime, interceptors)
        async with renewing(client), asyncio.TaskGroup() as group:
            serving = group.create_task(Fleet(client, installation.each_settings, health).serve())
            session.terminal.say(f"serving {count(len(names), 'cluster')}: {', '.join(names)}")
            await stop.wait()
            session.terminal.say("stopping")
            serving.cancel()


async def _connect(session: Session, seconds: float, runtime: Runtime, interceptors: Sequence[Interceptor]) -> Client:
    """A client as soon as somebody answers. Raises TemporalUnreachable when the time is over, EncryptionError."""
    settings, ends_at = session.installation.shared_settings, time.monotonic() + seconds
    converter = build_converter(settings.payload_keys)
    find = partial(find_target, session.installation.state, api_key_file=settings.temporal_api_key_file)
    while True:
        try:
            return await connect_renewably(find, runtime=runtime, converter=converter, interceptors=interceptors)
        except TemporalUnreachable as error:
            if time.monotonic() + _SECONDS_BETWEEN_TRIES > ends_at:
                raise
            session.terminal.note(f"waiting for Temporal at {error.address}: {error.reason}")
        await asyncio.sleep(_SECONDS_BETWEEN_TRIES)
