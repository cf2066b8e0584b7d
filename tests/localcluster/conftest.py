from collections.abc import Callable
from time import monotonic, sleep

import pytest

WAIT_SECONDS = 60.0


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something another process does; the limit only ends a test that hangs."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = monotonic() + WAIT_SECONDS
        while not condition():
            assert monotonic() < deadline, "it did not happen"
            sleep(0.05)

    return wait
