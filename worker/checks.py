"""Telling the sleepers of a policy that it has changed, so that each looks again at once."""

import asyncio
from collections.abc import Iterable

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernations import list_open_if_known, open_query
from policies.hibernation import Check
from policies.names import CHECK

_AT_ONCE = 32


async def send_checks(client: Client, cluster: str, policies: Iterable[str], *, gone: bool) -> int:
    """Tell the open hibernations of these policies to look again. Answers how many there are.

    None where Temporal knows nothing of this product yet. Raises RPCError.
    """
    told = 0
    for policy in policies:
        ids = [row.workflow_id async for row in list_open_if_known(client, open_query(cluster, policy=policy))]
        check = Check(gone_policy=policy if gone else "")
        for index in range(0, len(ids), _AT_ONCE):
            await asyncio.gather(*(_signal(client, each, check) for each in ids[index : index + _AT_ONCE]))
        told += len(ids)
    return told


async def _signal(client: Client, workflow_id: str, check: Check) -> None:
    try:
        await client.get_workflow_handle(workflow_id).signal(CHECK, check)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it ended meanwhile
            raise
