"""A worker of the product on a real Temporal server with skippable time, in front of the real control plane."""

import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hibernations import Bedroom, Source
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.visibility import KEYS
from localcluster import LocalCluster
from worker.assembly import running_workers
from worker.cluster import Cluster
from worker.processes import find_program
from worker.settings import Settings

CLUSTER = "workflow-tests"
HISTORIES = Path(__file__).parents[1] / "histories"


def clocks_agree(reading: datetime, server_time: datetime) -> timedelta:
    """In skipped time Temporal's clock and the cluster's have nothing to do with each other."""
    return timedelta(0)


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server whose workflows can be sent through days in a moment."""
    program = find_program("temporal")
    assert program is not None
    async with await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=str(program),
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
        data_converter=pydantic_data_converter,
        search_attributes=KEYS,
    ) as environment:
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
        cluster=CLUSTER,
        kubeconfig=cluster.kubeconfig,
        state_dir=tmp_path_factory.mktemp("state"),
        pauses_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(skipping.client, connected, source.snapshot, connected.identity(), clocks=clocks_agree):
        yield connected


@pytest.fixture
async def bedroom(
    request: pytest.FixtureRequest,
    skipping: WorkflowEnvironment,
    product: Cluster,
    cluster: LocalCluster,
    source: Source,
    namespace: str,
) -> AsyncIterator[Bedroom]:
    """Where one test puts its Deployments to sleep. `make histories` keeps what it recorded."""
    source.reset()
    used = Bedroom(skipping, product, cluster.objects, source, namespace)
    yield used
    if os.environ.get("RECORD_HISTORIES"):
        await record(used, HISTORIES / f"{request.node.originalname.removeprefix('test_')}.json")
    await used.end()


async def record(bedroom: Bedroom, path: Path) -> None:
    """Keep the history of the first workflow that a test is about, without the names of process and host."""
    handles = bedroom.runs or bedroom.handles
    if path.exists() or not handles:
        return
    history = json.loads((await handles[0].fetch_history()).to_json())
    path.write_text(json.dumps(_anonymous(history), separators=(",", ":")) + "\n")


def _anonymous(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "" if key == "identity" else _anonymous(item) for key, item in value.items()}
    return [_anonymous(item) for item in value] if isinstance(value, list) else value
