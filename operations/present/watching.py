"""How a cluster is, looked at again and again by one process: what changes from moment to moment each time, the rest
once a minute.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from temporalio.service import RPCError

from activities.errors import IoError
from operations.failures import describe_failure
from operations.installation import Installation
from operations.present.asked_for import StatusQuestion
from operations.present.status import ClusterStatus, read_by
from operations.temporal import open_client
from policies.models import Frozen
from worker.errors import ConnectionFailed

ALL_OF_IT_EVERY = timedelta(minutes=1)
"""Policies, Schedules, reconciliation and what people often wake change slowly."""


class StatusLook(Frozen):
    """One look. Where Temporal did not answer, it is the last one that did, and says so."""

    status: ClusterStatus
    at: datetime
    """When it was so."""
    trouble: str = ""


async def watch_status(
    installation: Installation, question: StatusQuestion, *, every: timedelta
) -> AsyncIterator[StatusLook]:
    """A look every so often, for ever. The first raises ConnectionFailed, RPCError; later ones carry what is wrong."""
    client = await open_client(installation)
    look = StatusLook(status=await read_by(installation, client, question), at=datetime.now(UTC))
    read_whole = time.monotonic()
    while True:
        yield look
        await asyncio.sleep(every.total_seconds())
        whole = time.monotonic() - read_whole > ALL_OF_IT_EVERY.total_seconds()
        try:
            found = await read_by(installation, client, question, None if whole else look.status)
        except (IoError, RPCError, ConnectionFailed) as error:
            look = look.replace(trouble=describe_failure(error))
            continue
        look = StatusLook(status=found, at=datetime.now(UTC))
        read_whole = time.monotonic() if whole else read_whole
