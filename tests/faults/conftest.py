"""All suites of one run are played together, each Deployment its own case: the long delays would take hours else."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from faults.replaying import lines_of
from faults.report import Report, present_commit
from faults.revisions import Revisions
from faults.run import Result, play
from faults.silence import Silence
from faults.stage import install, open_stage
from faults.suites import SUITES, Case, listing_errors
from faults.versions import Sleepers
from faults.workers import Ground
from services import Service
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from localcluster import LocalCluster
from worker.temporal.attributes import register_attributes


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """What every suite came to: printed at the end, and written where `--fault-report` says."""
    gathered = Report()
    yield gathered
    commit = present_commit()
    gathered.rows = [replace(row, commit=commit) for row in gathered.rows]
    path: Path | None = request.config.getoption("--fault-report")
    if path is not None and gathered.rows:
        gathered.write_into(path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the report that the processes of this run have written into."""
    path: Path | None = terminalreporter.config.getoption("--fault-report")
    if path is not None and path.exists():
        terminalreporter.write_line(f"\n{Report.read(path).as_table()}")


@pytest.fixture(scope="session")
def kubectl() -> str:
    """The real kubectl of the development environment."""
    found = shutil.which("kubectl", path=str(Path(sys.executable).parent)) or shutil.which("kubectl")
    assert found is not None
    return found


@pytest.fixture(scope="session")
def ground(cluster: LocalCluster, kubectl: str) -> Iterator[Ground]:
    """What the installations stand on whose workers are processes of their own."""
    with Revisions(cluster.objects) as revisions:
        yield Ground(cluster, revisions, install(cluster), kubectl)


@pytest.fixture(scope="session")
async def results(
    request: pytest.FixtureRequest,
    cluster: LocalCluster,
    temporal: str,
    kubectl: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Result]:
    """What the suites of the chosen tests came to."""
    wanted = {marker.args[0] for item in request.session.items for marker in item.iter_markers("suite")}
    lines = lines_of(request)
    suites = {
        name: [case for case in make() if not lines or case.line in lines]
        for name, make in SUITES.items()
        if name in wanted
    }
    if lines:
        known = {case.line for cases in suites.values() for case in cases}
        suites["replayed"] = [Case.parse(line) for line in lines if line not in known]
    listing = listing_errors() if "error codes" in wanted and not lines else []
    silence = Silence()
    client = await Client.connect(temporal, data_converter=pydantic_data_converter, interceptors=[silence])
    await register_attributes(client)
    async with open_stage(cluster, client, tmp_path_factory.mktemp("faults"), kubectl, silence=silence) as stage:
        played = await play(stage, suites, listing)
    return {result.suite: result for result in played}


@pytest.fixture
def installation(
    cluster: LocalCluster, temporal: str, temporal_client: Client, fresh_namespace: Callable[[], str], tmp_path: Path
) -> Iterator[Callable[[str], Sleepers]]:
    """Makes an installation with three namespaces. Removed in the end: others ask about the cluster."""
    made: list[Sleepers] = []

    def make(name: str) -> Sleepers:
        service = Service(cluster.kubeconfig, tmp_path, cluster=name, interval="2s", TEMPORAL_ADDRESS=temporal)
        made.append(Sleepers(service, cluster, temporal_client, *(fresh_namespace() for _ in range(3))))
        return made[-1]

    yield make
    for each in made:
        if not each.service.ended:
            each.service.kill()
        for space in each.spaces:
            cluster.objects.delete(f"/apis/apps/v1/namespaces/{space}/deployments")
