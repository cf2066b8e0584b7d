"""Where a workflow test puts Deployments to sleep, and what becomes of the histories it makes."""

from collections.abc import AsyncIterator

import pytest
from hibernations import Bedroom, Source
from kept_histories import keep_history
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from worker.cluster.cluster import Cluster


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
    if handles := used.runs or used.handles:
        await keep_history(used.environment.client, handles[0].id, history_name(request.node))
    await used.end()


def history_name(test: pytest.Function) -> str:
    """That of the test; where each of its cases is kept, that of the case."""
    if test.get_closest_marker("each_case") is None:
        return test.originalname.removeprefix("test_")
    case = str(test.callspec.id).removesuffix("-4 h")
    module = test.module.__name__.rpartition(".")[2].removeprefix("test_")
    return f"{module} {case}".replace(" ", "_").replace(",", "").strip("_-")
