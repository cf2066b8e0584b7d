"""Real Prometheus servers with the cast's month in them."""

from collections.abc import Iterator

import pytest
from idlecast import CAST
from idlemonth import Month, remembered

FEW = ("probe-only", "idle-behind-ingress", "busy-by-day", "never-measured")


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """All of it."""
    with remembered(tmp_path_factory.mktemp("month"), CAST) as made:
        yield made


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Four of them, for questions that are not about who is who."""
    with remembered(tmp_path_factory.mktemp("few"), [actor for actor in CAST if actor.name in FEW]) as made:
        yield made
