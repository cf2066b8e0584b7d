"""The real parts that many tests share: a control plane, and a Temporal server."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client

from localcluster import LocalCluster
from worker.connection import connect_to
from worker.embedded import EmbeddedTemporal
from worker.state import StateFolder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of tests/faults."""
    parser.addoption("--case", action="append", default=[], help="play only this fault case; its line is its name")
    parser.addoption("--fault-report", type=Path, help="write what the suites came to into this file")


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """One control plane with an audit log. Tests keep apart by namespace."""
    with LocalCluster.start(audit=True) as running:
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
        name = f"test-{next(numbers)}"
        cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    return make


@pytest.fixture
def namespace(fresh_namespace: Callable[[], str]) -> str:
    """A namespace of the test's own."""
    return fresh_namespace()


@pytest.fixture(scope="session")
async def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedTemporal]:
    """One embedded Temporal server."""
    async with EmbeddedTemporal.start(StateFolder(tmp_path_factory.mktemp("temporal"))) as server:
        yield server


@pytest.fixture(scope="session")
def temporal(temporal_server: EmbeddedTemporal) -> str:
    """The address of that server."""
    return temporal_server.address


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: EmbeddedTemporal) -> Client:
    """A client of that server, with the product's converter."""
    return await connect_to(temporal_server.target)
