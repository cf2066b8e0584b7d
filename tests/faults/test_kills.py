"""SIGKILL of a real worker process at every boundary of what it does: the next worker goes on, and no count is lost."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from faults.kills import play_kills
from faults.replaying import lines_of
from faults.report import Report, hold
from faults.run import Result
from faults.suites import Case
from faults.workers import Ground
from temporalio.client import Client

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

BETWEEN_TWO_WRITES = ("W2=killed", "W2=acked-killed", "W4=killed")
EVERYWHERE = (
    # The longest first: what a listing does not answer in time is noticed after 60 and 90 seconds.
    "JUDGE=killed",
    "JUDGE=acked-killed",
    "LIST=killed",
    "LIST=acked-killed",
    "W1=killed W1=killed",
    "W2=killed W2=killed",
    "W3=killed W3=killed",
    "W4=killed W4=killed",
    "W3=acked-killed W4=acked-killed",
    "W1=409 READ=killed",
    "W1=409 READ=acked-killed",
    "W2=lost READ=killed",
    "W3=lost READ=acked-killed",
    "N=killed",
    "N=acked-killed",
    "starting: sigkill",
    "W1=killed",
    "W1=acked-killed",
    "W3=killed",
    "W3=acked-killed",
    "W4=acked-killed",
    "F=killed",
    "F=acked-killed",
    "R=killed",
    "R=acked-killed",
    "READ=killed",
    "READ=acked-killed",
    "READ#2=killed",
    "READ#2=acked-killed",
    "OTHER=killed",
    "OTHER#2=acked-killed OTHER=killed",
    "asleep: sigkill",
    "asleep: sigkill sigkill",
    "awake: sigkill",
    "asleep: sigterm",
    "W1=terminated",
    "W2=terminated",
    "W3=terminated",
    "W4=terminated",
    "READ#2=terminated",
    "JUDGE=terminated",
)


NOT_RUN = (
    "open_run, close_run, recall_reasserts, recall_last_sleep and tell_contested ask nothing of the API server, so "
    "that no request tells the moment to kill at; they write nothing"
)


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> list[str]:
    """The only lines to play, where there are some."""
    return lines_of(request, "kill")


@pytest.fixture
def play(
    ground: Ground, temporal: str, temporal_client: Client, tmp_path: Path
) -> Callable[[Sequence[str]], Awaitable[Result]]:
    """Plays these lines."""

    async def play_lines(lines: Sequence[str]) -> Result:
        return await play_kills(ground, temporal_client, temporal, tmp_path, [Case.parse(line) for line in lines])

    return play_lines


async def test_no_count_is_lost_where_the_worker_dies_between_two_writes(
    play: Callable[[Sequence[str]], Awaitable[Result]], asked: list[str], report: Report
) -> None:
    result = await play([line for line in BETWEEN_TWO_WRITES if not asked or line in asked])
    hold(result, report, "worker kills between two writes")


@pytest.mark.long
async def test_no_count_is_lost_wherever_the_worker_dies(
    play: Callable[[Sequence[str]], Awaitable[Result]], asked: list[str], report: Report
) -> None:
    result = await play([line for line in asked or EVERYWHERE if line not in BETWEEN_TWO_WRITES])
    hold(result, report, "worker kills", not_run=[NOT_RUN])
