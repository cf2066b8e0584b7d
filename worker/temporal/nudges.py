"""Telling the sleepers of a policy that it has changed, so that each looks again at once."""

import asyncio
import logging
from collections.abc import Iterable

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.hibernation.listing import list_open_if_known, open_query, send_check
from policies.sleep.messages import CheckRequest

REFUSING = frozenset(
    {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.PERMISSION_DENIED}
)
"""Temporal's answers that stay the same however often one asks. After any other the same request may well be taken."""
_AT_ONCE = 32
_LOG = logging.getLogger(__name__)


async def send_checks(client: Client, cluster: str, policies: Iterable[str], *, gone: bool) -> int:
    """Tell the open hibernations of these policies to look again. Returns how many there are.

    It is 0 where Temporal knows nothing of this product yet. One that cannot be told does not keep the others from it.

    Raises RPCError: some were not told, and may be, if tried again.
    """
    told, failed = 0, list[BaseException]()
    for policy in policies:
        ids = [row.workflow_id async for row in list_open_if_known(client, open_query(cluster, policy=policy))]
        check = CheckRequest(gone_policy=policy if gone else "")
        for index in range(0, len(ids), _AT_ONCE):
            signals = (_signal(client, each, check) for each in ids[index : index + _AT_ONCE])
            answers = await asyncio.gather(*signals, return_exceptions=True)
            failed += [each for each in answers if each is not None]
        told += len(ids)
    if failed:
        raise failed[0]
    return told


async def _signal(client: Client, workflow_id: str, check: CheckRequest) -> None:
    try:
        await send_check(client, workflow_id, check)
    except RPCError as error:
        if error.status not in REFUSING:
            raise
        # The reconciliation finds what is wrong with it, and says so.
        _LOG.warning("%s could not be told to look again: %s", workflow_id, error.message)
