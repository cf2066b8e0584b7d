"""The part of `finops doctor` about Temporal: reachable, attributes, retention, record, and what rests on it."""

import asyncio
from collections.abc import Awaitable

from temporalio.client import Client

from activities.errors import IoError
from operations.doctor.check_results import CheckResult, all_of, fail, ok, warn
from operations.doctor.reconciliation import check_reconciliation
from operations.doctor.schedules import check_schedules
from operations.doctor.sleepers import check_sleepers, check_unwatched
from operations.doctor.worker import check_worker
from operations.installation import Installation
from operations.temporal import open_client
from operations.times import show_time
from policies.wording import count
from worker.errors import AttributesError, ConnectionFailed, NoTemporalKnown
from worker.temporal.attributes import find_missing
from worker.temporal.cluster_record import read_record
from worker.temporal.connection import find_target
from worker.temporal.retention import NEEDED, read_retention


async def check_temporal(installation: Installation, identity: Awaitable[str | None]) -> list[CheckResult]:
    """What was found; `identity` is the cluster's, where it is known. All is asked at once."""
    try:
        target = find_target(installation.state, api_key_file=installation.shared_settings.temporal_api_key_file)
        client = await open_client(installation)
    except ConnectionFailed as error:
        tell = warn if isinstance(error, NoTemporalKnown) else fail  # a laptop on which nothing was started yet
        return [tell("Temporal", str(error)), *await asyncio.to_thread(check_unwatched, installation)]
    cluster = installation.settings.cluster
    return [
        ok("Temporal", f"{target.address}, namespace {client.namespace} (from {target.source})"),
        *await all_of(
            "Temporal",
            (
                _check_attributes(client),
                _check_retention(client),
                _check_record(installation, client, identity),
                check_worker(installation, client),
                check_schedules(installation, client),
                check_reconciliation(installation, client),
                check_sleepers(client, cluster),
            ),
        ),
    ]


async def _check_attributes(client: Client) -> list[CheckResult]:
    try:
        missing = await find_missing(client)
    except AttributesError as error:
        return [fail("search attributes", str(error))]
    if missing:
        return [warn("search attributes", f"missing: {', '.join(missing)}", "a worker registers them at its start")]
    return [ok("search attributes", "all there")]


async def _check_retention(client: Client) -> list[CheckResult]:
    kept = await read_retention(client)
    sentence = f"closed workflows are kept for {count(kept.days, 'day')}"
    if kept < NEEDED:
        mend = f"temporal operator namespace update --retention {NEEDED.days}d -n {client.namespace}"
        return [warn("retention", f"{sentence}, and a month's figures need {NEEDED.days}", mend)]
    return [ok("retention", sentence)]


async def _check_record(
    installation: Installation, client: Client, identity: Awaitable[str | None]
) -> list[CheckResult]:
    return [await _judge_record(installation, client, await identity), *await _check_hold(installation, client)]


async def _judge_record(installation: Installation, client: Client, identity: str | None) -> CheckResult:
    cluster = installation.settings.cluster
    record = await read_record(client, cluster)
    if record is None:
        return warn("cluster record", f"no worker has been up for cluster {cluster} yet", "start one")
    if identity is not None:
        try:
            await asyncio.to_thread(installation.cluster.confirm, record.identity)
        except IoError as error:
            return fail("cluster record", f"cluster {cluster}: {error}")
    if record.instance and installation.known_instance not in {None, record.instance}:
        return warn(
            "cluster record",
            f"cluster {cluster} belongs to installation {record.instance}, and this is {installation.known_instance}",
            f"set FINOPS_INSTANCE={record.instance} if it is the same, else FINOPS_CLUSTER to a name of its own",
        )
    return ok("cluster record", f"cluster {cluster} is {record.identity}")


async def _check_hold(installation: Installation, client: Client) -> list[CheckResult]:
    record = await read_record(client, installation.settings.cluster)
    held = None if record is None else record.hold
    if held is None:
        return []
    reason = f": {held.reason}" if held.reason else ""
    return [
        warn("hold", f"on since {show_time(held.since)}, by {held.by}{reason}: nothing is paused", "finops release")
    ]
