"""Whether the kubeconfig leads to the cluster that a command is about: the wrong context is the oldest mistake."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import Denied, KubernetesError
from operations.installation import Installation
from operations.temporal import open_client
from worker.errors import ConnectionFailed
from worker.temporal.cluster_record import ClusterRecord, read_record


async def confirm_cluster(installation: Installation, client: Client) -> ClusterRecord | None:
    """The cluster's record, or None where no worker has been up yet, so that there is nothing to compare with.

    A cluster that cannot be asked refuses nothing here: what needs it says so itself, and a wake needs only Temporal.

    Raises IdentityMismatch where the kubeconfig leads to another cluster.
    """
    name = installation.settings.cluster
    record = await read_record(client, name)
    if record is None:
        return None
    installation.take_instance(record.instance)
    try:
        identity = await asyncio.to_thread(installation.cluster.confirm, record.identity)
    except Denied as error:
        installation.listener.warn(f"it cannot be told whether this is cluster {name}: {error}")
    except KubernetesError:
        return record
    else:
        installation.cluster.hold_to(identity)
    return record


async def confirm_cluster_if_up(installation: Installation) -> ClusterRecord | None:
    """The same for what also goes on without Temporal: None where that cannot be asked. Raises IdentityMismatch."""
    try:
        return await confirm_cluster(installation, await open_client(installation))
    except (ConnectionFailed, RPCError):
        return None
