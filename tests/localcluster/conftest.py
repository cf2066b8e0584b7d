from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from localcluster import LocalCluster

WAIT_SECONDS = 60.0


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster.start(audit="RequestResponse") as running:
        yield running


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something another process does; the limit only ends a test that hangs."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = monotonic() + WAIT_SECONDS
        while not condition():
            assert monotonic() < deadline, "it did not happen"
            sleep(0.05)

    return wait
