"""No history grows long, whatever is refused or said for a week, and nothing is lost over that."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from cases import policy
from deployments import wait_for
from hibernations import Bedroom, Handle, runs_of
from tables import rows
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateStage
from troubles import Trouble

from policies.names import CHECK, EXTEND, KEEP_AWAKE
from policies.sleep.messages import HibernationStatus, Phase, Until
from policies.times import from_rfc3339

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

LONGEST = 600
"""Events."""
OF_THE_SKIPPING = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
)
"""What a test writes into a history by sending its time on."""
Begin = Callable[[Trouble], Awaitable[Handle]]
Say = Callable[[Trouble, Handle], Awaitable[object]]


async def a_record_that_may_not_be_written_again(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.bedroom.annotate(**{key.replace("-", "_"): None for key in trouble.bedroom.annotations()})
    trouble.freeze()
    await handle.signal(CHECK)
    return handle


async def a_wake_that_moves_and_may_not_be_recorded(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.freeze()
    trouble.bedroom.source.policies = (policy(resumeAfter="481h"),)
    return handle


async def a_wake_that_is_refused(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.begins(trouble.bedroom.scaling_refused())
    await trouble.ask(handle)
    return handle


async def an_api_server_that_is_away(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.cut_off("GET", "PATCH")
    await handle.signal(CHECK)
    return handle


async def a_wake_that_is_never_confirmed(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.cut_off("PATCH")
    await trouble.ask(handle)
    return handle


async def a_wake_whose_reads_are_not_answered(trouble: Trouble) -> Handle:
    handle = await trouble.put_to_sleep()
    trouble.cut_off("GET")
    await trouble.ask(handle)
    return handle


async def a_note_that_is_refused(trouble: Trouble) -> Handle:
    handle = await trouble.keep_awake()
    trouble.freeze()
    await keep_awake_a_day_longer(trouble, handle)
    return handle


async def a_note_that_cannot_be_written(trouble: Trouble) -> Handle:
    handle = await trouble.keep_awake()
    trouble.cut_off("PATCH")
    await keep_awake_a_day_longer(trouble, handle)
    return handle


async def keep_awake_a_day_longer(trouble: Trouble, handle: Handle) -> None:
    trouble.until += timedelta(days=1)
    await handle.start_update(
        KEEP_AWAKE, Until(until=trouble.until, by="anna"), wait_for_stage=WorkflowUpdateStage.ACCEPTED
    )


async def a_stale_record_that_may_not_be_cleared(trouble: Trouble) -> Handle:
    handle = await trouble.keep_awake()
    trouble.bedroom.annotate(paused="true", original_replicas="9", pause_id="old", instance="me")
    trouble.freeze()
    await handle.signal(CHECK)
    return handle


async def clocks_that_differ(trouble: Trouble) -> Handle:
    bedroom = trouble.bedroom
    bedroom.source.policies = (policy(resumeAfter="1h"),)
    handle = await bedroom.put_to_sleep(resume_after=timedelta(hours=1))
    trouble.ahead = timedelta(days=9)
    return handle


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
    annotated: bool = True
    """Whether the workload says in the end until when; else its workflow alone knows."""
    longest: timedelta = timedelta(days=7)
    """How much of a week is played: retries of an activity wait in real time, however much is skipped."""


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
    "a wake whose reads are not answered": Story(
        a_wake_whose_reads_are_not_answered, asked=True, longest=timedelta(hours=12)
    ),
    "a note that is refused": Story(a_note_that_is_refused, asked=True, annotated=False),
    "a note that cannot be written": Story(a_note_that_cannot_be_written, asked=True),
    "a stale record that may not be cleared": Story(a_stale_record_that_may_not_be_cleared, asked=True),
    "clocks that differ": Story(clocks_that_differ),
    "nudged": Story(Trouble.put_to_sleep, nudge, FIVE_MINUTES),
    "awake and nudged": Story(Trouble.keep_awake, nudge, FIVE_MINUTES, asked=True),
    "extended every minute": Story(Trouble.put_to_sleep, extend, timedelta(minutes=1)),
}


async def live(trouble: Trouble, handle: Handle, story: Story, span: timedelta) -> None:
    for _ in range(int(span / story.every)):
        await story.say(trouble, handle)
        await trouble.bedroom.skip(handle, story.every / timedelta(hours=1))


@pytest.mark.each_case
@pytest.mark.parametrize(
    "span",
    [pytest.param(timedelta(hours=4), id="4 h"), pytest.param(timedelta(days=7), id="a week", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("story", rows(STORIES, "nudged", "awake and nudged"))
async def test_a_history_stays_short_and_nothing_is_lost(
    trouble: Trouble, story: Story, span: timedelta, record_property: Callable[[str, object], None]
) -> None:
    bedroom = trouble.bedroom
    handle = await story.begin(trouble)
    await live(trouble, handle, story, min(span, story.longest))
    histories = await runs_of(bedroom.environment.client, handle.id)
    runs = [len(run.events) for run in histories]
    told = f"{story.begin.__name__}, {story.say.__name__}: {sum(runs)} events in {len(runs)} runs, {max(runs)} at most"
    record_property("table", told.replace("_", " "))
    assert max(runs) < LONGEST
    assert len(runs) > 1 or sum(event.event_type not in OF_THE_SKIPPING for event in histories[0].events) < 100
    trouble.end()
    if story.asked:
        await bedroom.skip(handle, 0.1)  # to the next try
    else:
        await trouble.ask(handle)
    await asyncio.to_thread(wait_for, lambda: bedroom.replicas() == 3, what="the wake")
    if story.annotated:
        await asyncio.to_thread(wait_for, lambda: awake_until(bedroom) == trouble.until, what="what a person asked for")
    else:
        assert (await bedroom.reach(handle, Phase.AWAKE)).awake_until == trouble.until
    await bedroom.skip(handle, 20 * 24 + 48)
    result = await handle.result()
    assert (result.outcome, result.original_replicas) == ("woken", 3)
    (slept,) = result.sleeps
    assert slept.end is not None
    assert result.slept_seconds == pytest.approx((slept.end - slept.start).total_seconds())


def awake_until(bedroom: Bedroom) -> datetime | None:
    text = bedroom.annotations().get("awake-until")
    return None if text is None else from_rfc3339(text)
