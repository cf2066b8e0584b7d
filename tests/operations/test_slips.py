"""Names that are not there are told with those that were probably meant, on a real API server."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from accounts import dismiss, enroll, grant
from deployments import deployment
from listeners import Notebook
from services import enforcing
from temporalio.client import Client

from localcluster import LocalCluster
from operations.costs.costs import list_costs
from operations.errors import EmptyNamespace, NoSuchWorkload, NotThere
from operations.installation import Installation
from operations.past.history import read_history
from operations.past.report import NightWanted, read_report
from operations.past.savings import read_period, reckon_savings
from operations.plans.explanation import explain_workload
from operations.plans.plan_pauses import plan_pauses
from operations.plans.policies import sample_policy
from operations.present.asked_for import StatusQuestion
from operations.present.status import read_status
from operations.sleepers.keep_awake import keep_awake
from operations.sleepers.pause import pause
from operations.sleepers.pause_ahead import foresee_pause
from operations.sleepers.search import find_sleepers, find_sleepers_in_cluster
from operations.targets import Target
from operations.temporal import open_client
from policies.keys import WorkloadKey
from worker.state import ServerAddress
from worker.temporal.attributes import register_attributes

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=1)


def install(kubeconfig: Path, folder: Path, temporal: str) -> Installation:
    flags = {"cluster": "slips", "kubeconfig": kubeconfig, "state_dir": folder, "instance": "me"}
    made = Installation(flags, user="me@here", listener=Notebook())
    made.state.write_server(ServerAddress(address=temporal, ui_url="", pid=1))
    return made


@pytest.fixture
async def installation(
    cluster: LocalCluster, temporal_client: Client, temporal: str, tmp_path: Path, namespace: str
) -> Installation:
    """Of a cluster that has a Deployment `catalog`."""
    await register_attributes(temporal_client)
    cluster.objects.create(deployment(namespace, "catalog"))
    return install(cluster.kubeconfig, tmp_path, temporal)


async def _keep_awake(installation: Installation, target: Target) -> None:
    async for _ in keep_awake(installation, target, LATER):
        pass


async def _find(installation: Installation, target: Target) -> None:
    await find_sleepers(installation, await open_client(installation), target)


@pytest.mark.parametrize(
    "act",
    [
        _keep_awake,
        _find,
        lambda installation, target: asyncio.to_thread(find_sleepers_in_cluster, installation, target),
    ],
    ids=["keep-awake", "resume", "resume --direct"],
)
async def test_a_namespace_that_is_not_there_is_refused_with_the_nearest(
    act: Callable[..., asyncio.Future[None]], installation: Installation, namespace: str
) -> None:
    slip = f"{namespace}x"
    with pytest.raises(EmptyNamespace) as refused:
        await act(installation, Target.parse(None, slip))
    assert str(refused.value) == f"there is no Deployment in namespace {slip}; did you mean {namespace}?"


@pytest.mark.parametrize(
    "ask",
    [
        lambda here, named: read_status(here, StatusQuestion(namespace=named)),
        lambda here, named: read_report(here, NightWanted(namespace=named), NOW),
        lambda here, named: reckon_savings(here, read_period(None, None, NOW), named),
        lambda here, named: asyncio.to_thread(list_costs, here, named, NOW),
        lambda here, named: asyncio.to_thread(plan_pauses, here, [sample_policy()], now=NOW, namespace=named),
    ],
    ids=["status", "report", "savings", "costs", "plan"],
)
async def test_a_command_that_only_asks_notes_it(
    ask: Callable[..., asyncio.Future[None]], installation: Installation, namespace: str
) -> None:
    await ask(installation, f"{namespace}x")
    assert isinstance(installation.listener, Notebook)
    note = f"there is no Deployment in namespace {namespace}x; did you mean {namespace}?"
    assert [said for said in installation.listener.heard if "no Deployment" in said] == [note]


@pytest.mark.parametrize(
    "ask",
    [
        lambda here, named: read_status(here, StatusQuestion(policy=named)),
        lambda here, named: reckon_savings(here, read_period(None, None, NOW), None, named),
        lambda here, named: read_report(here, NightWanted(policy=named), NOW),
    ],
    ids=["status", "savings", "report"],
)
async def test_a_policy_that_is_not_in_force_and_under_which_nothing_slept_is_told_with_the_nearest(
    ask: Callable[..., asyncio.Future[None]], installation: Installation
) -> None:
    installation.policies.prepare()
    (installation.state.policies / "nights.yaml").write_text(enforcing("nights", "nowhere"))
    with pytest.raises(NotThere, match=r"there is no policy nihgts, and nothing .* under it; did you mean nights\?"):
        await ask(installation, "nihgts")
    await ask(installation, "nights")


@pytest.mark.parametrize(
    "about",
    [
        lambda here, key: _keep_awake(here, Target(key=key)),
        lambda here, key: asyncio.to_thread(find_sleepers_in_cluster, here, Target(key=key)),
        lambda here, key: asyncio.to_thread(foresee_pause, here, key),
        lambda here, key: pause(here, key, LATER, now=NOW, seconds=1),
        lambda here, key: asyncio.to_thread(explain_workload, here, key, (sample_policy(),), now=NOW),
        read_history,
    ],
    ids=["keep-awake", "resume --direct", "the question before a pause", "pause", "explain", "history"],
)
@pytest.mark.parametrize("slip", ["{here}/catalg", "{here}x/catalog"], ids=["the name", "the namespace"])
async def test_a_deployment_that_is_not_there_is_told_with_the_nearest(
    about: Callable[..., asyncio.Future[None]], slip: str, installation: Installation, namespace: str
) -> None:
    key = WorkloadKey(*slip.format(here=namespace).split("/"))
    with pytest.raises(NotThere, match=rf"there is no Deployment {key} on \S+; did you mean {namespace}/catalog\?"):
        await about(installation, key)


@pytest.fixture
def confined(cluster: LocalCluster, namespace: str) -> Iterator[Path]:
    """The kubeconfig of somebody who may read the Deployments of one namespace alone."""
    kubeconfig = enroll(cluster, "confined")
    grant(
        cluster,
        "confined",
        [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]}],
        namespace,
    )
    yield kubeconfig
    dismiss(cluster, "confined", kubeconfig)


def test_who_may_not_list_what_there_is_gets_the_fact_without_a_suggestion(
    confined: Path, cluster: LocalCluster, namespace: str, tmp_path: Path, temporal: str
) -> None:
    here = install(confined, tmp_path, temporal)
    with pytest.raises(NoSuchWorkload, match=rf"there is no Deployment {namespace}/catalg on \S+$"):
        foresee_pause(here, WorkloadKey(namespace, "catalg"))
    cluster.objects.create(deployment(namespace, "catalog"))
    with pytest.raises(NoSuchWorkload, match=rf"did you mean {namespace}/catalog\?"):
        foresee_pause(here, WorkloadKey(namespace, "catalg"))
