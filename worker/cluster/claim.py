"""Whose cluster this is: recorded at the first start of a worker, and compared at every later one.

Under one name in one Temporal namespace there is one cluster and one installation. Two of either would share the ids of
hibernations and the queues of their workers: a kubeconfig that leads elsewhere, a cluster that was rebuilt, or a second
installation would write to what is not theirs.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial

from temporalio.client import Client

from activities.alerts.raised import alert
from activities.snapshot import Hold
from worker.cluster.cluster import Cluster
from worker.errors import InstanceMismatch
from worker.temporal.cluster_record import ClusterRecord, change_record, create_record, read_record, renew_record
from worker.temporal.schedules import list_scheduled


async def claim_cluster(client: Client, cluster: Cluster) -> str:
    """The identity of the cluster, which is the recorded one, and whose installation is this one.

    Raises:
        IdentityMismatch: the name stands for another cluster: a wrong kube context, or a rebuilt cluster.
        InstanceMismatch: the name belongs to another installation.
        KubernetesError: the cluster does not answer, or it cannot be told which one it is.
    """
    name, ours = cluster.settings.cluster, cluster.instance
    record = await read_record(client, name)
    if record is None:
        identity = await asyncio.to_thread(cluster.identity)
        hold = await _hold_in_doubt(client, name)
        record = await create_record(client, name, ClusterRecord(identity=identity, instance=ours, hold=hold))
    identity = await asyncio.to_thread(cluster.confirm, record.identity)
    if record.instance not in {"", ours}:
        raise InstanceMismatch(name, expected=record.instance, found=ours)
    if (record.identity, record.instance) != (identity, ours):
        await change_record(client, name, partial(_claimed, identity=identity, instance=ours))
    else:
        await renew_record(client, name, record)
    cluster.hold_to(identity)
    return identity


async def _hold_in_doubt(client: Client, cluster: str) -> Hold | None:
    """A hold where the record was there once and is gone: policies have Schedules, and a hold that was on is lost with
    the record. A person says when pausing goes on. Raises RPCError.
    """
    async for _ in list_scheduled(client, cluster):
        reason = (
            "its record in Temporal was lost, so it is not known whether a hold was on; `finops release` ends this one"
        )
        alert("hold", f"a hold is set on cluster {cluster}: {reason}")
        return Hold(by="finops-enforcer", since=datetime.now(UTC), reason=reason)
    return None


def _claimed(record: ClusterRecord | None, *, identity: str, instance: str) -> ClusterRecord:
    """The record with its hold left as it is."""
    hold = None if record is None else record.hold
    return ClusterRecord(identity=identity, instance=instance, hold=hold)
