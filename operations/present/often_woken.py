"""Which workloads people wake so often that they should not be put to sleep at all."""

from collections import Counter
from datetime import datetime, timedelta

from temporalio.client import Client

from activities.hibernation.listing import in_phases, list_open_if_known, query_of
from activities.hibernation.visibility import POLICY
from policies.models import Frozen
from policies.names import MANUAL
from policies.sleep.messages import Phase
from policies.times import to_rfc3339

OFTEN = 5
"""More often than this within `PERIOD`."""
PERIOD = timedelta(days=7)


class OftenWoken(Frozen):
    """A workload, and how often somebody woke it within the last week."""

    namespace: str
    name: str
    times: int


async def find_often_woken(
    client: Client, cluster: str, now: datetime, namespace: str | None = None
) -> tuple[OftenWoken, ...]:
    """The most often woken first. By visibility alone: a sleep whose hibernation ended, or still is, `awake` was over
    because of a person or a contest, and not by its time. Raises RPCError.
    """
    counted: Counter[tuple[str, str]] = Counter()
    async for each in list_open_if_known(client, _query(cluster, now - PERIOD, namespace)):
        counted[each.namespace, each.name] += 1
    often = [(times, *key) for key, times in counted.items() if times > OFTEN]
    return tuple(OftenWoken(namespace=of, name=name, times=times) for times, of, name in sorted(often, reverse=True))


def _query(cluster: str, since: datetime, namespace: str | None) -> str:
    """All values are names that were validated, and times of ours. What somebody paused by hand is theirs to judge."""
    return query_of(
        cluster,
        in_phases(Phase.AWAKE),
        f"{POLICY.name} != '{MANUAL}'",
        f"(ExecutionStatus = 'Running' OR CloseTime >= '{to_rfc3339(since)}')",
        namespace=namespace,
    )
