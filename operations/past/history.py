"""Everything that is known of one workload's sleeps: the cluster and Temporal are asked at once, and put together."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.service import RPCError

from activities.errors import IoError
from operations.errors import NotThere, OperationError
from operations.installation import Installation
from operations.listing import miss_workload
from operations.past.carried import Carried, Copies, collect_carried
from operations.past.hibernation_runs import KnownRuns, read_runs
from operations.past.outlook import Outlook, look_ahead
from operations.temporal import open_client
from operations.times import show_time
from operations.zones import Zones, read_zones
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.workload import Workload
from worker.errors import ConnectionFailed


class History(Frozen):
    """What is known of one Deployment's sleeps, and what will become of it."""

    key: WorkloadKey
    cluster: str
    server: str = ""
    """Of Kubernetes; empty where it could not be asked."""
    server_trouble: str = ""
    """Why it could not be asked."""
    workload: Workload | None = None
    """None where it is not there, or could not be asked for."""
    carried: Carried | None = None
    """What it and its ReplicaSets carry; None without it."""
    runs: KnownRuns | None = None
    """None where Temporal could not be asked."""
    runs_trouble: str = ""
    """Why it could not be asked."""
    outlook: Outlook = Outlook()
    zones: Zones = Zones()
    page: str = ""
    """Of its newest hibernation in Temporal's UI; empty where it has none, or that UI is not known."""


@dataclass(frozen=True)
class _Look:
    """The cluster's half. `trouble` says why it could not be asked."""

    server: str = ""
    workload: Workload | None = None
    copies: Copies = None
    copies_trouble: str = ""
    trouble: str = ""


async def read_history(installation: Installation, key: WorkloadKey) -> History:
    """All that the cluster and Temporal know of a Deployment; where one cannot be asked, what the other one knows.

    Raises OperationError where neither can be asked, NotThere where nothing is known of it.
    """
    with installation.listener.progress("asking the cluster and Temporal"):
        look, (runs, silence) = await asyncio.gather(
            asyncio.to_thread(_look, installation, key), _look_back(installation, key)
        )
    zones = await asyncio.to_thread(read_zones, installation)
    await asyncio.to_thread(_refuse_nothing, installation, key, look, runs, silence, zones)
    carried, outlook = None, Outlook()
    if look.workload is not None:
        carried = collect_carried(look.workload, look.copies, look.copies_trouble)
        outlook = look_ahead(look.workload, look.copies, runs, installation.known_instance)
    return History(
        key=key,
        cluster=installation.settings.cluster,
        server=look.server,
        server_trouble=look.trouble,
        workload=look.workload,
        carried=carried,
        runs=runs,
        runs_trouble=silence,
        outlook=outlook,
        zones=zones,
        page=_find_page(installation, key, runs),
    )


def _find_page(installation: Installation, key: WorkloadKey, runs: KnownRuns | None) -> str:
    ui = installation.web_ui
    if ui is None or runs is None or not runs.hibernations:
        return ""
    return ui.hibernation_page(installation.settings.cluster, key, runs.hibernations[0].run_id)


def _look(installation: Installation, key: WorkloadKey) -> _Look:
    try:
        cluster = installation.cluster
        found = cluster.workloads.read(key)
    except IoError as error:
        return _Look(trouble=str(error))
    server = cluster.transport.server
    if found is None:
        return _Look(server=server)
    try:
        return _Look(server=server, workload=found, copies=cluster.replica_sets.copies_of(found.ref))
    except IoError as error:
        return _Look(server=server, workload=found, copies_trouble=str(error))


async def _look_back(installation: Installation, key: WorkloadKey) -> tuple[KnownRuns | None, str]:
    """Temporal's half, or None and why it could not be asked."""
    try:
        client = await open_client(installation)
        return await read_runs(client, installation.settings.cluster, key, datetime.now(UTC)), ""
    except ConnectionFailed as error:
        return None, str(error)
    except RPCError as error:
        return None, f"it refused: {error.message}"


def _refuse_nothing(
    installation: Installation, key: WorkloadKey, look: _Look, runs: KnownRuns | None, silence: str, zones: Zones
) -> None:
    """Raises OperationError where neither could be asked, NotThere where nothing is known of it."""
    if look.workload is not None or (runs is not None and runs.hibernations):
        return
    if look.trouble and runs is None:
        raise OperationError(f"neither the cluster nor Temporal can be asked: {look.trouble}; {silence}")
    where = look.trouble or str(miss_workload(installation, key))
    if runs is None:
        raise NotThere(f"{where}, and Temporal cannot be asked: {silence}")
    since = show_time(runs.since, zones.of(namespace=key.namespace))
    raise NotThere(f"{where}, and Temporal knows no hibernation of it since {since}")
