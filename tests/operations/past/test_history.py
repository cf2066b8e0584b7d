"""What is known of a workload's sleeps, by a real cluster and a real Temporal, and by one of them alone."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from asking import ask_as
from cases import COST, NOW
from deployments import deployment
from eventually import eventually
from temporalio.client import Client

from activities.hibernation.starting import start_hibernation
from localcluster import LocalCluster
from operations.errors import NotThere, OperationError
from operations.installation import Installation
from operations.past.hibernation_runs import HibernationRun
from operations.past.history import History, read_history
from policies.annotations import PauseRecord
from policies.keys import WorkloadKey
from policies.sleep.messages import Hibernation
from policies.workload import WorkloadRef
from worker.temporal.attributes import register_attributes

CLUSTER = "looked-back"


async def history_with_runs(installation: Installation, key: WorkloadKey) -> History:
    """The history, as soon as visibility shows a run."""

    async def read() -> History | None:
        with suppress(NotThere):
            return await read_history(installation, key)
        return None

    found = await eventually(read, lambda found: found is not None and runs_of(found), what="a run in Temporal")
    assert found is not None
    return found


def runs_of(found: History) -> Sequence[HibernationRun]:
    return () if found.runs is None else found.runs.hibernations


async def begin(client: Client, ref: WorkloadRef) -> None:
    """An open hibernation that no worker has touched yet."""
    record = PauseRecord(pause_id="p-1", instance="me", policy="idle", paused_at=NOW, original_replicas=4, cost=COST)
    await register_attributes(client)
    await start_hibernation(client, Hibernation(cluster=CLUSTER, instance="me", ref=ref, sleep=record))


@pytest.mark.cluster
@pytest.mark.temporal
async def test_both_halves_are_put_together(
    cluster: LocalCluster, namespace: str, temporal_client: Client, temporal: str, tmp_path: Path
) -> None:
    made = cluster.objects.create(deployment(namespace, "web", replicas=0))
    ref = WorkloadRef(namespace=namespace, name="web", uid=made["metadata"]["uid"])
    await begin(temporal_client, ref)
    installation = ask_as(tmp_path, cluster=CLUSTER, kubeconfig=cluster.kubeconfig, temporal=temporal)
    found = await history_with_runs(installation, WorkloadKey(namespace, "web"))
    assert [(run.status, run.original_replicas) for run in runs_of(found)] == [("running", 4)]
    assert found.workload is not None
    assert found.carried is not None
    assert (found.workload.ref.uid, found.carried.replicas) == (ref.uid, 0)
    assert (found.server_trouble, found.runs_trouble) == ("", "")
    assert found.outlook.sentence.startswith("its record was taken away; its open hibernation writes it again")


@pytest.mark.temporal
async def test_without_the_cluster_it_is_what_temporal_knows(
    temporal_client: Client, temporal: str, tmp_path: Path
) -> None:
    ref = WorkloadRef(namespace="dev", name="alone", uid="u1")
    await begin(temporal_client, ref)
    found = await history_with_runs(ask_as(tmp_path, cluster=CLUSTER, temporal=temporal), ref.key)
    assert (found.server, found.workload, found.carried) == ("", None, None)
    assert "/nowhere" in found.server_trouble
    assert len(runs_of(found)) == 1


@pytest.mark.cluster
async def test_without_temporal_it_is_what_the_cluster_carries(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    cluster.objects.create(deployment(namespace, "web", replicas=0))
    installation = ask_as(tmp_path, cluster=CLUSTER, kubeconfig=cluster.kubeconfig)
    found = await read_history(installation, WorkloadKey(namespace, "web"))
    assert found.carried is not None
    assert (found.runs, found.carried.record, found.outlook.untouched) == (None, None, False)
    assert "finops run" in found.runs_trouble
    with pytest.raises(NotThere, match=r"there is no Deployment nowhere/nobody on .*, and Temporal cannot be asked"):
        await read_history(installation, WorkloadKey("nowhere", "nobody"))


async def test_where_nobody_can_be_asked_both_reasons_are_told(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"neither the cluster nor Temporal can be asked: .*/nowhere.*; "):
        await read_history(ask_as(tmp_path, cluster=CLUSTER), WorkloadKey("a", "b"))
