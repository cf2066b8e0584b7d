"""A hold and its end, on a real Temporal that knows the cluster. No worker is there."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from listeners import Notebook
from temporalio.client import Client

from activities.errors import IdentityMismatch
from activities.snapshot import Hold
from localcluster import LocalCluster
from operations.errors import Refused
from operations.hold import hold, release
from operations.installation import Installation
from operations.sleepers.pause import pause
from operations.targets import read_key
from worker.errors import RecordUnreadable
from worker.state import ServerAddress, StateFolder
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture
async def installation(
    cluster: LocalCluster, temporal: str, temporal_client: Client, tmp_path: Path, namespace: str
) -> AsyncIterator[Installation]:
    """One whose cluster has a name of its own."""
    await register_attributes(temporal_client)
    StateFolder(tmp_path).write_server(ServerAddress(address=temporal, ui_url="", pid=os.getpid()))
    flags = {"cluster": f"hold-{namespace}", "kubeconfig": cluster.kubeconfig, "instance": "me", "state_dir": tmp_path}
    made = Installation(flags, user="me@here", listener=Notebook())
    yield made
    made.close()


async def test_a_hold_is_on_until_it_is_released_and_asking_twice_changes_nothing(
    installation: Installation, temporal_client: Client
) -> None:
    name = installation.settings.cluster
    await create_record(temporal_client, name, ClusterRecord(identity=installation.cluster.identity(), instance="me"))
    on = await hold(installation, "incident 7")
    assert on.hold is not None
    assert (on.changed, on.hold.by, on.hold.reason) == (True, "me@here", "incident 7")
    again = await hold(installation)
    assert (again.changed, again.hold, again.reason_before) == (False, on.hold, None)
    now = datetime.now(UTC)
    with pytest.raises(Refused, match="a hold is on, set by me@here"):
        await pause(installation, read_key("dev/web"), now + timedelta(hours=1), now=now, seconds=1)
    off = await release(installation)
    assert (off.changed, off.hold, off.reconciles) == (True, None, True)
    assert not (await release(installation)).changed


async def test_another_reason_takes_the_place_of_the_one_before_and_both_are_told(
    installation: Installation, temporal_client: Client
) -> None:
    name = installation.settings.cluster
    there = Hold(by="anna", since=datetime.now(UTC), reason="incident 7")
    await create_record(
        temporal_client, name, ClusterRecord(identity=installation.cluster.identity(), instance="me", hold=there)
    )
    renamed = await hold(installation, "again")
    assert (renamed.changed, renamed.reason_before) == (False, "incident 7")
    assert renamed.hold == there.model_copy(update={"reason": "again"})
    assert (await hold(installation, "again")).reason_before is None


async def test_from_the_context_of_another_cluster_a_hold_is_told_and_a_release_refused(
    installation: Installation, temporal_client: Client
) -> None:
    name = installation.settings.cluster
    there = Hold(by="anna", since=datetime.now(UTC))
    await create_record(temporal_client, name, ClusterRecord(identity="another", instance="me", hold=there))
    assert (await hold(installation)).hold == there
    assert isinstance(installation.listener, Notebook)
    (heard,) = installation.listener.heard
    assert f"this affects cluster {name}, and your context does not lead there: " in heard
    with pytest.raises(IdentityMismatch):
        await release(installation)


async def test_a_cluster_that_nobody_knows_holds_nothing(installation: Installation) -> None:
    with pytest.raises(RecordUnreadable, match="no worker has been up"):
        await hold(installation)
