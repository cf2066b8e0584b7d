"""No history grows long, whatever is refused or said for a week, and nothing is lost over that."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import policy
from deployments import wait_for
from hibernations import Bedroom, Source, runs_of
from oddclocks import OddClock
from refusals import annotations_refused
from temporalio.client import WorkflowHandle, WorkflowUpdateStage
from temporalio.testing import WorkflowEnvironment

from localcluster import LocalCluster
from policies.hibernation import HibernationResult, HibernationStatus, Phase, Until
from policies.names import CHECK, EXTEND, KEEP_AWAKE, REACTIVATE
from policies.times import from_rfc3339
from worker.assembly import running_workers
from worker.cluster import Cluster
from worker.settings import Settings

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

LONGEST = 600
"""Events."""
Handle = WorkflowHandle[Any, HibernationResult]
_NUMBERS = itertools.count(1)


@dataclass
class Trouble:
    """What stands in a hibernation's way, until it is over."""

    bedroom: Bedroom
    proxy: OddClock
    ahead: timedelta = timedelta(0)
    """Of Temporal's clock."""
    until: datetime = field(default_factory=lambda: (datetime.now(UTC) + timedelta(days=20)).replace(microsecond=0))
    """What a person asked for."""
    refusals: ExitStack = field(default_factory=ExitStack)

    def begins(self, refusal: AbstractContextManager[None]) -> None:
        """An admission policy comes into force."""
        self.refusals.enter_context(refusal)

    def freeze(self) -> None:
        """Nobody may change a Deployment."""
        self.begins(annotations_refused(self.bedroom.objects, self.bedroom.namespace, "web"))

    def cut_off(self, *methods: str) -> None:
        """The API server does not answer these any more."""
        self.proxy.unanswered |= {(method, self.bedroom.namespace) for method in methods}

    def end(self) -> None:
        """All is well again."""
        self.proxy.unanswered.clear()
        self.refusals.close()
        self.ahead = timedelta(0)

    def compare_clocks(self, reading: datetime, server_time: datetime) -> timedelta:
        """In skipped time nothing but the test knows how far they are apart."""
        return self.ahead


Begin = Callable[[Trouble], Awaitable[Handle]]
Say = Callable[[Trouble, Handle], Awaitable[object]]


async def sleep(trouble: Trouble) -> Handle:
    bedroom = trouble.bedroom
    bedroom.source.policies = (policy(resumeAfter="480h"),)
    return await bedroom.put_to_sleep(resume_after=timedelta(hours=480))


async def wake(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    await handle.signal(REACTIVATE, {"by": "anna", "until": trouble.until.isoformat()})
    await trouble.bedroom.reach(handle, Phase.AWAKE)
    return handle


async def a_record_that_may_not_be_written_again(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    trouble.bedroom.annotate(**{key.replace("-", "_"): None for key in trouble.bedroom.annotations()})
    trouble.freeze()
    await handle.signal(CHECK)
    return handle


async def a_wake_that_moves_and_may_not_be_recorded(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    trouble.freeze()
    trouble.bedroom.source.policies = (policy(resumeAfter="481h"),)
    return handle


async def a_wake_that_is_refused(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    trouble.begins(trouble.bedroom.scaling_refused())
    await handle.signal(REACTIVATE, {"by": "anna", "until": trouble.until.isoformat()})
    return handle


async def an_api_server_that_is_away(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    trouble.cut_off("GET", "PATCH")
    await handle.signal(CHECK)
    return handle


async def a_wake_that_is_never_confirmed(trouble: Trouble) -> Handle:
    handle = await sleep(trouble)
    trouble.cut_off("PATCH")
    await handle.signal(REACTIVATE, {"by": "anna", "until": trouble.until.isoformat()})
    return handle


async def a_note_that_cannot_be_written(trouble: Trouble) -> Handle:
    handle = await wake(trouble)
    trouble.cut_off("PATCH")
    await handle.start_update(
        KEEP_AWAKE,
        Until(until=trouble.until + timedelta(days=1), by="anna"),
        wait_for_stage=WorkflowUpdateStage.ACCEPTED,
    )
    trouble.until += timedelta(days=1)
    return handle


async def a_stale_record_that_may_not_be_cleared(trouble: Trouble) -> Handle:
    handle = await wake(trouble)
    trouble.bedroom.annotate(paused="true", original_replicas="9", pause_id="old", instance="me")
    trouble.freeze()
    await handle.signal(CHECK)
    return handle


async def clocks_that_differ(trouble: Trouble) -> Handle:
    bedroom = trouble.bedroom
    bedroom.source.policies = (policy(resumeAfter="1h"),)
    trouble.ahead = timedelta(days=9)
    return await bedroom.put_to_sleep(resume_after=timedelta(hours=1))


async def nothing(trouble: Trouble, handle: Handle) -> None:
    """Nobody says anything."""


async def nudge(trouble: Trouble, handle: Handle) -> None:
    await handle.signal(CHECK)


async def extend(trouble: Trouble, handle: Handle) -> None:
    trouble.until += timedelta(minutes=1)
    await handle.execute_update(EXTEND, Until(until=trouble.until, by="anna"), result_type=HibernationStatus)


@dataclass(frozen=True)
class Story:
    """How it begins, and what is said how often."""

    begin: Begin
    say: Say = nothing
    every: timedelta = timedelta(hours=2)
    asked: bool = False
    """Somebody has asked for it before, and shall get it without asking again."""


FIVE_MINUTES = timedelta(minutes=5)
STORIES = {
    "a record that may not be written again": Story(a_record_that_may_not_be_written_again),
    "the same, nudged": Story(a_record_that_may_not_be_written_again, nudge, FIVE_MINUTES),
    "a wake that moves and may not be recorded, nudged": Story(
        a_wake_that_moves_and_may_not_be_recorded, nudge, FIVE_MINUTES
    ),
    "a wake that is refused": Story(a_wake_that_is_refused, asked=True),
    "an API server that is away, nudged": Story(an_api_server_that_is_away, nudge, FIVE_MINUTES),
    "a wake that is never confirmed": Story(a_wake_that_is_never_confirmed, asked=True),
    "a note that cannot be written": Story(a_note_that_cannot_be_written, asked=True),
    "a stale record that may not be cleared": Story(a_stale_record_that_may_not_be_cleared, asked=True),
    "clocks that differ": Story(clocks_that_differ),
    "nudged": Story(sleep, nudge, FIVE_MINUTES),
    "awake and nudged": Story(wake, nudge, FIVE_MINUTES, asked=True),
    "extended every minute": Story(sleep, extend, timedelta(minutes=1)),
}


@pytest.fixture(scope="module")
def proxy(cluster: LocalCluster) -> Iterator[OddClock]:
    """Between the worker and the API server."""
    with OddClock(cluster.kubeconfig) as running:
        yield running


@pytest.fixture
async def product(
    skipping: WorkflowEnvironment, proxy: OddClock, source: Source, tmp_path: Path, clocks: list[Trouble]
) -> AsyncIterator[Cluster]:
    """A worker behind the proxy, with the clocks of the test."""
    settings = Settings(
        cluster=f"bounds-{next(_NUMBERS)}",
        kubeconfig=proxy.write_kubeconfig(tmp_path / "kubeconfig"),
        state_dir=tmp_path,
        pauses_per_second=500,
        wakes_per_second=500,
    )
    connected = Cluster.connect(settings, instance="me")
    async with running_workers(
        skipping.client,
        connected,
        source.snapshot,
        connected.identity(),
        clocks=lambda reading, server: clocks[0].compare_clocks(reading, server) if clocks else timedelta(0),
    ):
        yield connected


@pytest.fixture
def clocks() -> list[Trouble]:
    """The trouble of the test, as soon as there is one."""
    return []


@pytest.fixture
def trouble(bedroom: Bedroom, proxy: OddClock, clocks: list[Trouble]) -> Iterator[Trouble]:
    """None yet."""
    clocks.append(Trouble(bedroom, proxy))
    yield clocks[0]
    clocks[0].end()


async def live(trouble: Trouble, handle: Handle, story: Story, span: timedelta) -> None:
    for _ in range(int(span / story.every)):
        await story.say(trouble, handle)
        await trouble.bedroom.skip(handle, story.every / timedelta(hours=1))


@pytest.mark.parametrize(
    "span",
    [pytest.param(timedelta(hours=4), id="4 h"), pytest.param(timedelta(days=7), id="a week", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
async def test_a_history_stays_short_and_nothing_is_lost(
    trouble: Trouble, story: Story, span: timedelta, record_property: Callable[[str, object], None]
) -> None:
    bedroom = trouble.bedroom
    handle = await story.begin(trouble)
    await live(trouble, handle, story, span)
    runs = [len(run.events) for run in await runs_of(bedroom.environment.client, handle.id)]
    told = f"{story.begin.__name__}, {story.say.__name__}: {sum(runs)} events in {len(runs)} runs, {max(runs)} at most"
    record_property("table", told.replace("_", " "))
    assert max(runs) < LONGEST
    assert len(runs) > 1 or sum(runs) < 100
    trouble.end()
    if not story.asked:
        await handle.signal(REACTIVATE, {"by": "anna", "until": trouble.until.isoformat()})
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")
    await asyncio.to_thread(wait_for, lambda: awake_until(bedroom) == trouble.until, what="what a person asked for")
    await bedroom.skip(handle, 20 * 24 + 48)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("woken", 3)
    assert len(result.sleeps) == 1
    assert result.slept_seconds == pytest.approx((result.sleeps[0].end - result.sleeps[0].start).total_seconds())


def awake_until(bedroom: Bedroom) -> datetime | None:
    text = bedroom.annotations().get("awake-until")
    return None if text is None else from_rfc3339(text)
