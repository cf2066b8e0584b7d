"""Two workers, one of them cut off amid its writes: the other goes on, and what comes late does nothing."""

from pathlib import Path

import pytest
from faults.replaying import lines_of
from faults.report import Report, hold
from faults.workers import Ground
from faults.zombies import WAYS, play_zombies
from temporalio.client import Client

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]


async def test_nothing_that_a_worker_sends_late_takes_effect(
    ground: Ground,
    temporal: str,
    temporal_client: Client,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    report: Report,
) -> None:
    ways = lines_of(request, "zombie") or list(WAYS)
    result = await play_zombies(ground, temporal_client, temporal, tmp_path, ways)
    hold(result, report, "two workers, one cut off")
