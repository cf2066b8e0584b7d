"""A pause by hand that no worker carries out, on a real API server and a real Temporal."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of
from temporalio.client import Client

from localcluster import LocalCluster
from operations.errors import NotThere, Refused, Unconfirmed
from operations.installation import Installation
from operations.sleepers.pause import pause
from operations.targets import read_key
from operations.temporal import find_open
from worker.state import ServerAddress, StateFolder
from worker.temporal.attributes import register_attributes

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture
async def installation(
    cluster: LocalCluster, temporal: str, temporal_client: Client, tmp_path: Path
) -> AsyncIterator[Installation]:
    await register_attributes(temporal_client)
    StateFolder(tmp_path).write_server(ServerAddress(address=temporal, ui_url="", pid=os.getpid()))
    flags = {
        "cluster": "pause-operation",
        "kubeconfig": cluster.kubeconfig,
        "instance": "me",
        "state_dir": tmp_path,
    }
    made = Installation(flags, user="me@here")
    yield made
    made.close()


async def ask(installation: Installation, namespace: str, name: str) -> None:
    now = datetime.now(UTC)
    await pause(installation, read_key(name, namespace), now + timedelta(hours=1), now=now, seconds=1)


async def test_without_a_worker_it_is_recorded_and_not_seen_to_happen(
    installation: Installation, temporal_client: Client, cluster: LocalCluster, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    with pytest.raises(
        Unconfirmed, match=r"not asleep after 1 s; no worker runs\. The pause is recorded and expires 10"
    ):
        await ask(installation, namespace, "web")
    assert replicas_of(cluster.objects, namespace, "web") == 3
    assert await find_open(temporal_client, "pause-operation", read_key("web", namespace)) is not None


async def test_what_binds_a_person_too_is_refused_before_anything_is_recorded(
    installation: Installation, temporal_client: Client, cluster: LocalCluster, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "web", annotations={"finops.io/exclude": "true"}))
    with pytest.raises(Refused, match=r"is not paused \(Excluded\)"):
        await ask(installation, namespace, "web")
    assert await find_open(temporal_client, "pause-operation", read_key("web", namespace)) is None
    with pytest.raises(NotThere, match=f"there is no Deployment {namespace}/nobody"):
        await ask(installation, namespace, "nobody")
