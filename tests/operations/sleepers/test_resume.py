"""What sleeps, and waking it, on a real API server and a real Temporal. No worker is there."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deployments import annotations_of, deployment, replicas_of
from kubeconfigs import kubeconfig_at
from listeners import Notebook
from sleepers import sleeper
from temporalio.client import Client

from cli.views.wakes import tell_kept
from localcluster import LocalCluster
from operations.errors import NotThere, OperationError, Refused, UsageProblem
from operations.installation import Installation
from operations.sleepers.direct import wake_each_directly
from operations.sleepers.keep_awake import keep_awake, keep_one_awake
from operations.sleepers.resume import leave_awake, read_kept_until, wake
from operations.sleepers.search import find_sleepers, find_sleepers_in_cluster
from operations.targets import Target
from operations.temporal import find_open
from operations.times import show_time
from policies.annotations import AWAKE_BY, AWAKE_UNTIL
from policies.keys import WorkloadKey
from policies.sleep.messages import WakeRequest
from policies.times import to_rfc3339
from worker.state import ServerAddress, StateFolder
from worker.temporal.attributes import register_attributes

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAME = "resume-operation"
ASKED = WakeRequest(by="me@here", reason="a test")

Open = Callable[..., Installation]


@pytest.fixture
def open_one(tmp_path: Path) -> Iterator[Open]:
    """Makes installations of this test, whose notebooks are their listeners."""
    opened: list[Installation] = []

    def make(kubeconfig: Path, instance: str | None = "me") -> Installation:
        flags = {"cluster": NAME, "kubeconfig": kubeconfig, "instance": instance, "state_dir": tmp_path}
        opened.append(Installation(flags, user="me@here", listener=Notebook()))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def installation(cluster: LocalCluster, open_one: Open) -> Installation:
    return open_one(cluster.kubeconfig)


@pytest.fixture
async def client(temporal_client: Client) -> Client:
    await register_attributes(temporal_client)
    return temporal_client


def put_to_sleep(cluster: LocalCluster, namespace: str, name: str, **record: Any) -> None:
    annotations = sleeper(name, **record).annotations
    cluster.objects.create(deployment(namespace, name, replicas=0, annotations=annotations))


async def test_what_was_found_is_recorded_and_told_to_be_asleep_still(
    installation: Installation, client: Client, cluster: LocalCluster, namespace: str
) -> None:
    put_to_sleep(cluster, namespace, "web")
    put_to_sleep(cluster, namespace, "garbage", original="many")
    put_to_sleep(cluster, namespace, "theirs", instance="they")
    cluster.objects.create(deployment(namespace, "runs"))
    found = await find_sleepers(installation, client, Target.parse(None, namespace))
    assert found.keys == {WorkloadKey(namespace, "web"), WorkloadKey(namespace, "garbage")}
    assert [str(key) for key in found.strangers] == [f"{namespace}/theirs"]
    woken = await wake(installation, client, found, ASKED)
    told = {each.workload.name: each for each in woken.results}
    assert (woken.worked_on, woken.failed, woken.missing) == (False, 1, frozenset({WorkloadKey(namespace, "web")}))
    assert (told["web"].trouble, told["web"].awake) == ("", False)
    assert "'many'" in told["garbage"].trouble
    assert read_kept_until(installation, woken) is None
    again = await find_sleepers(installation, client, Target.parse("web", namespace))
    assert [str(key) for key in again.opened] == [f"{namespace}/web"]


async def test_without_an_instance_only_what_has_a_hibernation_is_ours(
    cluster: LocalCluster, client: Client, open_one: Open, namespace: str
) -> None:
    installation = open_one(cluster.kubeconfig, instance=None)
    target = Target.parse(None, namespace)
    put_to_sleep(cluster, namespace, "lost")
    found = await find_sleepers(installation, client, target)
    assert (found.keys, found.unclaimed) == (frozenset(), 1)
    assert await leave_awake(installation, client, found, ASKED) is None
    with pytest.raises(UsageProblem, match=r"me \(1\)"):
        find_sleepers_in_cluster(installation, target)
    named = await find_sleepers(installation, client, Target.parse("lost", namespace))
    assert named.keys == {WorkloadKey(namespace, "lost")}


async def test_a_cluster_that_is_away_leaves_it_open_what_sleeps(
    client: Client, open_one: Open, tmp_path: Path
) -> None:
    (tmp_path / "closed").write_text(kubeconfig_at())
    installation = open_one(tmp_path / "closed")
    several = await find_sleepers(installation, client, Target.parse(None, "nobody-there"))
    assert (several.sees_cluster, several.sees_temporal, several.keys) == (False, True, frozenset())
    assert isinstance(installation.listener, Notebook)
    review, look = installation.listener.heard
    assert "whether you may scale there cannot be asked" in review
    assert "the cluster cannot be asked" in look
    with pytest.raises(OperationError, match="it is not known whether anything of ours sleeps in namespace nobody"):
        await leave_awake(installation, client, several, ASKED)
    one = await find_sleepers(installation, client, Target.parse("dev/web", None))
    with pytest.raises(OperationError, match="dev/web has no open hibernation, and the cluster cannot be asked"):
        await leave_awake(installation, client, one, ASKED)


async def test_what_does_not_sleep_is_left_as_it_is_or_kept_awake(
    installation: Installation, client: Client, cluster: LocalCluster, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "runs"))
    cluster.objects.create(deployment(namespace, "zero", replicas=0))
    found = await find_sleepers(installation, client, Target.parse("deploy/runs", namespace))
    left = await leave_awake(installation, client, found, ASKED)
    assert left is not None
    assert (str(left.workload), left.until) == (f"{namespace}/runs", None)
    assert await find_open(client, NAME, left.workload) is None
    until = datetime.now(UTC) + timedelta(hours=1)
    left = await leave_awake(installation, client, found, ASKED.replace(until=until))
    assert left is not None
    assert left.until == until
    assert await find_open(client, NAME, left.workload) is not None
    zero = await find_sleepers(installation, client, Target.parse("zero", namespace))
    with pytest.raises(Refused, match="has no replicas, and not because of us"):
        await leave_awake(installation, client, zero, ASKED)
    nobody = await find_sleepers(installation, client, Target.parse("nobody", namespace))
    with pytest.raises(NotThere, match="there is no Deployment"):
        await leave_awake(installation, client, nobody, ASKED)


async def test_a_time_set_by_hand_is_shortened_only_for_the_one_that_is_named_alone_and_that_is_told(
    installation: Installation, client: Client, cluster: LocalCluster, namespace: str, temporal: str, tmp_path: Path
) -> None:
    StateFolder(tmp_path).write_server(ServerAddress(address=temporal, ui_url="", pid=1))
    sunday = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    notes = {AWAKE_UNTIL: to_rfc3339(sunday), AWAKE_BY: "anna"}
    cluster.objects.create(deployment(namespace, "web", annotations=notes))
    key, until = WorkloadKey(namespace, "web"), sunday - timedelta(days=2)
    for target, alone in ((Target(namespace=namespace), True), (Target(key=key), False)):
        (kept,) = [each async for each in keep_awake(installation, target, until, alone=alone)]
        assert (kept.until, await find_open(client, NAME, key)) == (sunday, None)
        assert tell_kept(kept, until) == f"kept awake until {show_time(sunday)} by anna already, which is longer"
    (kept,) = [each async for each in keep_awake(installation, Target(key=key), until, alone=True)]
    assert await find_open(client, NAME, key) is not None
    assert tell_kept(kept, until) == f"was kept awake until {show_time(sunday)} by anna; now until {show_time(until)}"


async def test_a_wish_that_no_worker_hears_is_recorded_and_said(
    installation: Installation, client: Client, cluster: LocalCluster, namespace: str
) -> None:
    cluster.objects.create(deployment(namespace, "runs"))
    workload = installation.cluster.workloads.read(WorkloadKey(namespace, "runs"))
    assert workload is not None
    for hours in (1, 2):
        await keep_one_awake(installation, client, workload, datetime.now(UTC) + timedelta(hours=hours), ASKED)
    assert isinstance(installation.listener, Notebook)
    assert installation.listener.heard == ["no worker runs: the wish is recorded, and takes effect as soon as one does"]


def test_by_the_cluster_alone_one_that_fails_stops_none_of_the_others(
    installation: Installation, cluster: LocalCluster, namespace: str
) -> None:
    put_to_sleep(cluster, namespace, "a-garbage", original="many")
    put_to_sleep(cluster, namespace, "theirs", instance="they")
    put_to_sleep(cluster, namespace, "web")
    found = find_sleepers_in_cluster(installation, Target.parse(None, namespace))
    assert [str(key) for key in found.strangers] == [f"{namespace}/theirs"]
    wakes = wake_each_directly(installation, found.sleepers, ASKED)
    assert not next(wakes).woken
    assert replicas_of(cluster.objects, namespace, "web") == 0
    assert next(wakes).woken
    assert replicas_of(cluster.objects, namespace, "web") == 3
    assert annotations_of(cluster.objects, namespace, "web")["awake-because"] == "person"
    with pytest.raises(NotThere, match="there is no Deployment"):
        find_sleepers_in_cluster(installation, Target.parse("nobody", namespace))
