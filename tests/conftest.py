"""The real parts that many tests share: a control plane, Temporal servers, and a worker of the product."""

import asyncio
import itertools
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from deployments import wait_for
from hibernations import Source, clocks_agree
from hypothesis import settings
from skippedtime import skipped_time
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from localcluster import ApiError, LocalCluster, ObjectClient
from worker.cluster.cluster import Cluster
from worker.embedded.temporal import EmbeddedTemporal
from worker.service.assembly import running_workers
from worker.settings.settings import Settings
from worker.state import StateFolder
from worker.temporal.connection import connect_to

settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("untimed")

_AT_ONCE = 32
_FRESH = "test-"
"""How the names of namespaces begin that belong to one test."""

_SERVERS = {"cluster", "temporal_server", "skipping", "prometheus", "helm", "service"}
_FOLDERS = {"coexistence", "deploy", "e2e", "faults", "localcluster"}
"""Whose tests start programs of their own."""

_LONGEST = ("faults", "e2e", "coexistence")

_CLUSTER = pytest.StashKey[LocalCluster]()
_SERVER = pytest.StashKey[EmbeddedTemporal]()
_SKIPPING = pytest.StashKey[WorkflowEnvironment]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests/faults."""
    parser.addoption("--case", action="append", default=[], help="play only this fault case; its line is its name")
    parser.addoption("--fault-report", type=Path, help="write what the suites came to into this file")


def pytest_configure() -> None:
    """Let Ctrl-C reach the commands that tests start: a shell starts what runs in the background without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell the tests that need a server or another program from those that need none, which `make check` runs.

    The files with the longest tests come first: the last one to begin is then no long one.
    """
    ranks: dict[Path, int] = {}
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        folders = item.path.relative_to(Path(__file__).parent).parts
        named = {"cluster", "temporal"} & {mark.name for mark in item.iter_markers()}
        rank = len(_LONGEST) + 1
        if named or asked & _SERVERS or _FOLDERS.intersection(folders):
            item.add_marker("server")
            rank = _LONGEST.index(folders[0]) if folders[0] in _LONGEST else len(_LONGEST)
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have recorded."""
    for test in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in test.user_properties:
            if name == "table":
                terminalreporter.write_line(f"\n{text}")


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[LocalCluster]:
    """One control plane with an audit log. Tests keep apart by namespace."""
    with LocalCluster.start(audit=True) as running:
        request.config.stash[_CLUSTER] = running
        yield running


@pytest.fixture(scope="session")
def kubeconfig(cluster: LocalCluster) -> Path:
    """The administrator's kubeconfig of that control plane."""
    return cluster.kubeconfig


@pytest.fixture(scope="session")
def fresh_namespace(cluster: LocalCluster) -> Callable[[], str]:
    """Makes namespaces that nobody has used yet."""
    numbers = itertools.count(1)

    def make() -> str:
        name = f"{_FRESH}{next(numbers)}"
        cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    return make


@pytest.fixture
def namespace(cluster: LocalCluster, fresh_namespace: Callable[[], str]) -> Iterator[str]:
    """A namespace of the test's own, empty again after it: other tests ask about the whole cluster."""
    name = fresh_namespace()
    yield name
    cluster.objects.delete(f"/apis/apps/v1/namespaces/{name}/deployments")


@pytest.fixture(scope="session")
async def temporal_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[EmbeddedTemporal]:
    """One embedded Temporal server."""
    async with EmbeddedTemporal.start(StateFolder(tmp_path_factory.mktemp("temporal"))) as server:
        request.config.stash[_SERVER] = server
        yield server


@pytest.fixture(scope="module", autouse=True)
async def _nothing_left_to_do(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """What a module has left in the shared parts ends with it. Schedules without a worker go on for ever, and a
    hundred of them keep a core busy; Deployments count for every test that asks about the whole cluster.
    """
    yield
    cluster = request.config.stash.get(_CLUSTER, None)
    if cluster is not None:
        await asyncio.to_thread(wait_for, lambda: _is_cleared(cluster.objects), what="an end of what a module has left")
    server, skipping = request.config.stash.get(_SERVER, None), request.config.stash.get(_SKIPPING, None)
    if server is not None:
        client = await connect_to(server.target)
        for schedule in [each.id async for each in await client.list_schedules()]:
            with suppress(RPCError):
                await client.get_schedule_handle(schedule).delete()
        await _end_workflows(client)
    if skipping is not None:
        await _end_workflows(skipping.client)


def _is_cleared(objects: ObjectClient) -> bool:
    """Whether no namespace of a test's own has a Deployment any more. An admission policy that has just gone refuses
    for a moment still.
    """
    left = {each["metadata"]["namespace"] for each in objects.list("/apis/apps/v1/deployments")}
    of_tests = [namespace for namespace in left if namespace.startswith(_FRESH)]
    for namespace in of_tests:
        with suppress(ApiError):
            objects.delete(f"/apis/apps/v1/namespaces/{namespace}/deployments")
    return not of_tests


async def _end_workflows(client: Client) -> None:
    running = [each.id async for each in client.list_workflows("ExecutionStatus = 'Running'")]
    for index in range(0, len(running), _AT_ONCE):
        ends = (client.get_workflow_handle(name).terminate() for name in running[index : index + _AT_ONCE])
        await asyncio.gather(*ends, return_exceptions=True)


@pytest.fixture(scope="session")
def temporal(temporal_server: EmbeddedTemporal) -> str:
    """The address of that server."""
    return temporal_server.address


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: EmbeddedTemporal) -> Client:
    """A client of that server, with the product's converter."""
    return await connect_to(temporal_server.target)


@pytest.fixture(scope="session")
async def skipping(request: pytest.FixtureRequest) -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server whose workflows can be sent through days in a moment."""
    async with skipped_time() as environment:
        request.config.stash[_SKIPPING] = environment
        yield environment


@pytest.fixture(scope="session")
def source() -> Source:
    """The policies and the hold, as a test sets them."""
    return Source()


@pytest.fixture(scope="session")
async def product(
    skipping: WorkflowEnvironment,
    cluster: LocalCluster,
    source: Source,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Cluster]:
    """The product's own worker, wired as in production except for where its policies come from."""
    settings = Settings(
        cluster="workflow-tests",
        kubeconfig=cluster.kubeconfig,
        state_dir=tmp_path_factory.mktemp("state"),
        pauses_per_second=500,
        wakes_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(skipping.client, connected, source.snapshot, connected.identity(), clocks=clocks_agree):
        yield connected
