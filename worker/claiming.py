"""Whose cluster this is: recorded at the first start of a worker, and compared at every later one.

Under one name in one Temporal namespace there is one cluster and one installation. Two of either would share the ids
of hibernations and the queues of their workers: a kubeconfig that leads elsewhere, a cluster that was made anew, or a
second installation would write to what is not theirs.
"""

import asyncio
from functools import partial

from temporalio.client import Client

from worker.cluster import Cluster
from worker.clusterrecord import ClusterRecord, change_record, create_record, read_record
from worker.errors import InstanceMismatch


async def claim_cluster(client: Client, cluster: Cluster) -> str:
    """The identity of the cluster, which is the recorded one, and whose installation is this one.

    Raises:
        IdentityMismatch: the name stands for another cluster: a wrong kube context, or one made anew.
        InstanceMismatch: the name belongs to another installation.
        KubernetesError: the cluster does not answer, or nobody can tell which one it is.
    """
    name, ours = cluster.settings.cluster, cluster.instance
    record = await read_record(client, name)
    if record is None:
        identity = await asyncio.to_thread(cluster.identity)
        record = await create_record(client, name, ClusterRecord(identity=identity, instance=ours))
    identity = await asyncio.to_thread(cluster.confirm, record.identity)
    if record.instance not in {"", ours}:
        raise InstanceMismatch(name, expected=record.instance, found=ours)
    if (record.identity, record.instance) != (identity, ours):
        await change_record(client, name, partial(_claimed, identity=identity, instance=ours))
    cluster.hold_to(identity)
    return identity


def _claimed(record: ClusterRecord | None, *, identity: str, instance: str) -> ClusterRecord:
    """The record with its hold left as it is."""
    hold = None if record is None else record.hold
    return ClusterRecord(identity=identity, instance=instance, hold=hold)
