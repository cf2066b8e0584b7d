"""Who may not scale in the cluster themselves is refused before anything is recorded, on a real API server."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from accounts import Rule, dismiss, enroll, grant
from deployments import create_ready, deployment, wait_for
from kubeconfigs import kubeconfig_at
from listeners import Notebook
from sleepers import sleeper
from temporalio.client import Client

from activities.kube.rights import review_rights
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
from operations.errors import NotAllowed
from operations.hold import hold, release
from operations.installation import Installation
from operations.permission import require_right_to_scale
from operations.sleepers.keep_awake import keep_awake
from operations.sleepers.pause import pause
from operations.sleepers.search import find_sleepers, find_sleepers_in_cluster
from operations.targets import Target
from operations.temporal import find_open, open_client
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT
from policies.rights.rights import right_to_scale
from worker.state import ServerAddress, StateFolder
from worker.temporal.attributes import register_attributes
from worker.temporal.cluster_record import ClusterRecord, create_record

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAME = "onlooker"
READ: list[Rule] = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}]
SCALE: list[Rule] = [{"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}]

Act = Callable[[Installation, str], Awaitable[None]]


@pytest.fixture(scope="module")
def account(cluster: LocalCluster) -> Iterator[Path]:
    """The kubeconfig of somebody who may read every Deployment and scale none."""
    kubeconfig = enroll(cluster, NAME)
    grant(cluster, NAME, READ)
    yield kubeconfig
    dismiss(cluster, NAME, kubeconfig)


@pytest.fixture
async def onlooker(
    cluster: LocalCluster, account: Path, temporal: str, temporal_client: Client, tmp_path: Path, namespace: str
) -> AsyncIterator[Installation]:
    """Theirs, with a Temporal that takes everything."""
    await register_attributes(temporal_client)
    create_ready(cluster.objects, deployment(namespace, "web"))
    cluster.objects.create(deployment(namespace, "asleep", replicas=0, annotations=sleeper("asleep").annotations))
    StateFolder(tmp_path).write_server(ServerAddress(address=temporal, ui_url="", pid=1))
    flags = {"cluster": f"seen-{namespace}", "kubeconfig": account, "instance": "me", "state_dir": tmp_path}
    made = Installation(flags, user="me@here", listener=Notebook())
    yield made
    made.close()


async def pauses(installation: Installation, namespace: str) -> None:
    now = datetime.now(UTC)
    await pause(installation, WorkloadKey(namespace, "web"), now + timedelta(hours=1), now=now, seconds=1)


async def keeps_awake(installation: Installation, namespace: str) -> None:
    target = Target.parse(f"{namespace}/web", None)
    async for _ in keep_awake(installation, target, datetime.now(UTC) + timedelta(hours=1)):
        pass


async def wakes_one(installation: Installation, namespace: str) -> None:
    await find_sleepers(installation, await open_client(installation), Target.parse(f"{namespace}/asleep", None))


async def wakes_a_namespace(installation: Installation, namespace: str) -> None:
    await find_sleepers(installation, await open_client(installation), Target.parse(None, namespace))


async def wakes_directly(installation: Installation, namespace: str) -> None:
    find_sleepers_in_cluster(installation, Target.parse(f"{namespace}/asleep", None))


@pytest.mark.parametrize("act", [pauses, keeps_awake, wakes_one, wakes_a_namespace, wakes_directly])
async def test_who_may_only_read_is_refused_with_the_right_that_is_missing(
    onlooker: Installation, temporal_client: Client, namespace: str, act: Act
) -> None:
    with pytest.raises(NotAllowed, match=rf"lack the right to patch deployments/scale.apps in namespace {namespace}, "):
        await act(onlooker, namespace)
    for name in ("web", "asleep"):
        assert await find_open(temporal_client, onlooker.settings.cluster, WorkloadKey(namespace, name)) is None


async def test_who_may_pause_nothing_may_hold_and_not_release(onlooker: Installation, temporal_client: Client) -> None:
    identity = onlooker.cluster.identity()
    await create_record(temporal_client, onlooker.settings.cluster, ClusterRecord(identity=identity, instance="me"))
    assert (await hold(onlooker, "something is odd")).changed
    with pytest.raises(NotAllowed, match="in all namespaces"):
        await release(onlooker)


async def test_a_right_in_one_namespace_is_enough_there_and_nowhere_else(
    onlooker: Installation, cluster: LocalCluster, namespace: str
) -> None:
    grant(cluster, NAME, SCALE, namespace)
    wait_for(lambda: may_scale(onlooker.cluster.transport, namespace), what="the right")
    require_right_to_scale(onlooker, namespace=namespace)
    require_right_to_scale(onlooker, key=WorkloadKey(namespace, "web"))
    with pytest.raises(NotAllowed, match="in namespace default"):
        require_right_to_scale(onlooker, namespace="default")
    with pytest.raises(NotAllowed, match=r"in all namespaces, so nothing was changed; name a namespace .* with -n"):
        find_sleepers_in_cluster(onlooker, Target.parse(None, None, everything=True))
    found = find_sleepers_in_cluster(onlooker, Target.parse(None, namespace))
    assert [each.ref.name for each in found.sleepers] == ["asleep"]


def may_scale(transport: KubeTransport, namespace: str) -> bool:
    (answer,) = review_rights(transport, [right_to_scale(DEPLOYMENT, namespace)])
    return answer.allowed


def test_where_it_cannot_be_asked_it_goes_on_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "closed").write_text(kubeconfig_at())
    for kubeconfig in (tmp_path / "closed", tmp_path / "none"):
        listener = Notebook()
        flags = {"cluster": "c", "kubeconfig": kubeconfig, "state_dir": tmp_path}
        require_right_to_scale(Installation(flags, user="me@here", listener=listener), namespace="dev")
        (heard,) = listener.heard
        assert heard.startswith("whether you may scale there cannot be asked, so it goes on without: ")
