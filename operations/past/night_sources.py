"""What the cluster and Temporal tell of a night. Where one of them cannot be asked, it says what is not known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import IoError
from activities.hibernation.listing import ListedHibernation, list_open_if_known, open_query
from operations.installation import Installation
from operations.listing import list_workloads
from operations.past.past_sleeps import PastSleeps, read_past_sleeps
from operations.temporal import open_client
from policies.keys import WorkloadKey
from policies.sleep.ledger import Period, Slept, sleep_of
from policies.sleep.messages import AWAKE_PHASES
from policies.workload import Workload
from worker.errors import ConnectionFailed
from worker.temporal.retention import find_horizon


@dataclass(frozen=True)
class NightWanted:
    """What a report is about. `since` None: since the last window began."""

    since: datetime | None = None
    namespace: str | None = None
    policy: str | None = None


@dataclass(frozen=True)
class SeenNow:
    """What the cluster tells. `trouble` says why it could not be asked."""

    workloads: Mapping[WorkloadKey, Workload] | None = None
    trouble: str = ""


@dataclass(frozen=True)
class NightRemembered:
    """What Temporal tells. `trouble` says why it could not be asked."""

    past: PastSleeps = field(default_factory=PastSleeps)
    opened: tuple[ListedHibernation, ...] = ()
    since: datetime | None = None
    trouble: str = ""


def look_now(installation: Installation) -> SeenNow:
    """All workloads of the cluster, by name."""
    try:
        return SeenNow(workloads={each.ref.key: each for each in list_workloads(installation).wakeable})
    except IoError as error:
        return SeenNow(trouble=f"the cluster cannot be asked, so whether pods are available is not known: {error}")


async def look_back(
    installation: Installation,
    period: Period,
    wanted: NightWanted,
    workloads: Mapping[WorkloadKey, Workload] | None,
) -> NightRemembered:
    """The sleeps of the period that are over, and who is asleep by Temporal. `workloads` as the cluster shows them."""
    present = [sleep for each in (workloads or {}).values() if (sleep := sleep_of(each)) is not None]
    missing = "Temporal cannot be asked, so who woke what, and sleeps that left no note, are not known"
    try:
        client = await open_client(installation)
        return await _read(client, installation.settings.cluster, period, wanted.namespace, present)
    except ConnectionFailed as error:
        return NightRemembered(trouble=f"{missing}: {error}")
    except RPCError as error:
        return NightRemembered(trouble=f"{missing}: it refused: {error.message}")


async def _read(
    client: Client, cluster: str, period: Period, namespace: str | None, present: Sequence[Slept]
) -> NightRemembered:
    query = open_query(cluster, namespace=namespace)
    opened = tuple([each async for each in list_open_if_known(client, query) if each.phase not in AWAKE_PHASES])
    _, since = await find_horizon(client, cluster, period.until)
    past = await read_past_sleeps(client, cluster, period, namespace, present)
    return NightRemembered(past=past, opened=opened, since=since)
