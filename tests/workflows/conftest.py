"""Where a workflow test puts Deployments to sleep, and what becomes of the histories it makes."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hibernations import Bedroom, Source, runs_of
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from worker.cluster.cluster import Cluster

HISTORIES = Path(__file__).parents[1] / "histories"


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
    if (asked := os.environ.get("RECORD_HISTORIES")) is not None:
        await record(used, HISTORIES / f"{history_name(request.node)}{asked and f'@{asked}'}.json")
    await used.end()


def history_name(test: pytest.Function) -> str:
    """That of the test; where each of its cases is kept, that of the case."""
    if test.get_closest_marker("each_case") is None:
        return test.originalname.removeprefix("test_")
    case = str(test.callspec.id).removesuffix("-4 h")
    module = test.module.__name__.rpartition(".")[2].removeprefix("test_")
    return f"{module} {case}".replace(" ", "_").replace(",", "").strip("_-")


async def record(bedroom: Bedroom, path: Path) -> None:
    """Keep the history of the first workflow that a test is about, without the names of process, host and folders.

    Of one that continued as new: its first run, and the next, which takes up what that hands on.
    """
    handles = bedroom.runs or bedroom.handles
    if path.exists() or not handles:
        return
    runs = await runs_of(bedroom.environment.client, handles[0].id)
    for number, history in enumerate(runs[:2], start=1):
        named = path if number == 1 else path.with_stem(f"{path.stem}_{number}")
        named.write_text(json.dumps(_anonymous(json.loads(history.to_json())), separators=(",", ":")) + "\n")


_NAMING = frozenset({"identity", "stackTrace"})
"""Fields that tell of the machine it was recorded on. A replay reads neither."""


def _anonymous(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "" if key in _NAMING else _anonymous(item) for key, item in value.items()}
    return [_anonymous(item) for item in value] if isinstance(value, list) else value
