"""What the cluster and Temporal tell of a stretch of time. Where one of them cannot be asked, it is said what is not
known therefore, and the other one's half stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.service import RPCError

from activities.errors import IoError
from operations.installation import Installation
from operations.listing import is_in, list_workloads, point_out_empty
from operations.past.past_sleeps import PastSleeps, read_past_sleeps
from operations.temporal import open_client
from policies.keys import WorkloadKey
from policies.sleep.ledger import Period, Slept
from policies.workload import Workload
from worker.errors import ConnectionFailed
from worker.temporal.retention import find_horizon


@dataclass(frozen=True)
class SeenNow:
    """The workloads that the cluster shows, of one namespace or of all; None where it could not be asked, and `trouble`
    says why.
    """

    workloads: Mapping[WorkloadKey, Workload] | None = None
    unreadable: int = 0
    """How many of them could not be understood."""
    trouble: str = ""


@dataclass(frozen=True)
class SleptBefore:
    """Who slept, by Temporal, which knows it `since` then. `trouble` says why it could not be asked."""

    found: PastSleeps = field(default_factory=PastSleeps)
    since: datetime | None = None
    trouble: str = ""


def look_now(installation: Installation, namespace: str | None, missing: str) -> SeenNow:
    """All workloads, by name. `missing` is what is not known without them."""
    try:
        listing = list_workloads(installation.within(namespace))
    except IoError as error:
        return SeenNow(trouble=f"the cluster cannot be asked, so {missing}: {error}")
    point_out_empty(installation, listing, namespace)
    found = (each for each in listing.wakeable if namespace in {None, each.ref.namespace})
    unreadable = [each for each in listing.unreadable if each.but_requests is None and is_in(namespace, each)]
    return SeenNow(workloads={each.ref.key: each for each in found}, unreadable=len(unreadable))


async def look_back(
    installation: Installation, period: Period, namespace: str | None, present: Sequence[Slept], missing: str
) -> SleptBefore:
    """The sleeps of the period. `present` are those that the cluster shows; `missing` is what is not known without
    Temporal.
    """
    cluster = installation.settings.cluster
    try:
        client = await open_client(installation)
        _, since = await find_horizon(client, cluster, period.until)
        return SleptBefore(found=await read_past_sleeps(client, cluster, period, namespace, present), since=since)
    except ConnectionFailed as error:
        return SleptBefore(trouble=f"Temporal cannot be asked, so {missing}: {error}")
    except RPCError as error:
        return SleptBefore(trouble=f"Temporal cannot be asked, so {missing}: it refused: {error.message}")
