from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client

from worker.embedded.temporal import EmbeddedTemporal
from worker.state import StateFolder
from worker.temporal.connection import connect_to


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A state folder nobody has used yet."""
    return StateFolder(tmp_path / "state")


@pytest.fixture(scope="module")
async def embedded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedTemporal]:
    """One embedded server for the tests of a file that do not stop it."""
    async with EmbeddedTemporal.start(StateFolder(tmp_path_factory.mktemp("state"))) as server:
        yield server


@pytest.fixture(scope="module")
async def client(embedded: EmbeddedTemporal) -> Client:
    """A client of that server."""
    return await connect_to(embedded.target)
