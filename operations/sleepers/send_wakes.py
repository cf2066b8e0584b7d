"""Sending a wake to hibernations: to those that are open, and to sleepers whose workflow was lost."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.starting import start_hibernation
from operations.errors import NoUsableRecord
from operations.failures import describe_trouble
from operations.listener import Advance
from operations.sleepers.records import ReadCopies, read_carried, read_copied
from operations.targets import WorkloadName
from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.names import REACTIVATE, hibernation_id
from policies.sleep.messages import Hibernation, WakeRequest
from policies.workload import Workload

AT_ONCE = 32


class Sent(Frozen):
    """What became of one wake. `trouble` is empty where it was recorded."""

    workload: WorkloadName
    trouble: str = ""


async def send_wakes(
    client: Client,
    cluster: str,
    sleepers: Sequence[Workload],
    opened: Iterable[WorkloadKey],
    request: WakeRequest,
    read_copies: ReadCopies,
    advance: Advance = lambda _done, _total: None,
) -> tuple[Sent, ...]:
    """Wake all of these sleepers, and all others with an open hibernation.

    Every one is tried. One that fails is told by name; what was sent before stays sent, so the same call again is only
    about those that still sleep.
    """
    sleeping = {workload.ref.key for workload in sleepers}
    calls = [
        _tell_trouble(workload.ref.key, _wake_sleeper(client, cluster, workload, request, read_copies))
        for workload in sleepers
    ]
    calls += [_tell_trouble(key, _wake_open(client, cluster, key, request)) for key in opened if key not in sleeping]
    sent: list[Sent] = []
    for index in range(0, len(calls), AT_ONCE):
        sent += await asyncio.gather(*calls[index : index + AT_ONCE])
        advance(len(sent), len(calls))
    return tuple(sent)


async def _tell_trouble(key: WorkloadKey, wake: Awaitable[Sent]) -> Sent:
    try:
        return await wake
    except Exception as error:  # noqa: BLE001 - whatever it is, the others still sleep
        return Sent(workload=key, trouble=describe_trouble(error))


async def _wake_sleeper(
    client: Client, cluster: str, workload: Workload, request: WakeRequest, read_copies: ReadCopies
) -> Sent:
    """Signal its hibernation, or start one that wakes it at once, in a single call.

    Where its record is damaged, that of an open hibernation comes first, and then a copy on a ReplicaSet.
    """
    key = workload.ref.key
    try:
        record = read_carried(workload)
    except InvalidAnnotation as damage:
        sent = await _wake_open(client, cluster, key, request)
        if not sent.trouble:
            return sent
        try:
            record = await asyncio.to_thread(read_copied, workload, damage, read_copies)
        except NoUsableRecord as error:
            return Sent(workload=key, trouble=str(error))
    hibernation = Hibernation(
        cluster=cluster,
        instance=record.instance,
        ref=workload.ref,
        sleep=record,
        revision=workload.revision,
        waking=request,
    )
    await start_hibernation(client, hibernation, start_signal=REACTIVATE, start_signal_args=[request])
    return Sent(workload=key)


async def _wake_open(client: Client, cluster: str, key: WorkloadKey, request: WakeRequest) -> Sent:
    handle = client.get_workflow_handle(hibernation_id(cluster, key))
    try:
        await handle.signal(REACTIVATE, request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Sent(workload=key, trouble="it has no open hibernation any more")
        raise
    return Sent(workload=key)
