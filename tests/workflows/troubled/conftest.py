"""A worker whose API server and clocks a test can trouble."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from faults.silence import Silence
from hibernations import Bedroom, Source
from oddclocks import OddClock
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from troubles import Trouble

from localcluster import LocalCluster
from worker.cluster.cluster import Cluster
from worker.service.assembly import running_workers
from worker.settings.settings import Settings

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def proxy(cluster: LocalCluster) -> Iterator[OddClock]:
    """Between the worker and the API server."""
    with OddClock(cluster.kubeconfig) as running:
        yield running


@pytest.fixture
async def product(
    skipping: WorkflowEnvironment,
    proxy: OddClock,
    source: Source,
    tmp_path: Path,
    clocks: list[Trouble],
    silence: Silence,
) -> AsyncIterator[Cluster]:
    """A worker behind the proxy, with the clocks of the test."""
    settings = Settings(
        cluster=f"bounds-{next(_NUMBERS)}",
        kubeconfig=proxy.write_kubeconfig(tmp_path / "kubeconfig"),
        state_dir=tmp_path,
        pauses_per_second=500,
        wakes_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(
        Client(skipping.client.service_client, data_converter=skipping.client.data_converter, interceptors=[silence]),
        connected,
        source.snapshot,
        connected.identity(),
        clocks=lambda reading, server: clocks[0].compare_clocks(reading, server) if clocks else timedelta(0),
    ):
        yield connected


@pytest.fixture
def clocks() -> list[Trouble]:
    """The trouble of the test, as soon as there is one."""
    return []


@pytest.fixture
def silence() -> Silence:
    """Nobody has died yet."""
    return Silence()


@pytest.fixture
def trouble(bedroom: Bedroom, proxy: OddClock, silence: Silence, clocks: list[Trouble]) -> Iterator[Trouble]:
    """None yet."""
    clocks.append(Trouble(bedroom, proxy, silence))
    yield clocks[0]
    clocks[0].end()
