"""Who keeps a workload awake loses no time to somebody who asks for less, unless it is named, and meant."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from short_lives import ASLEEP, MORNING, NOW, RUNNING, SUNDAY, Cluster, Handle, asleep, came, life, reached
from temporalio.client import Client

from policies.annotations import AWAKE_BY, AWAKE_UNTIL, Because, WakeNote
from policies.names import KEEP_AWAKE, REACTIVATE, STATUS
from policies.sleep.messages import HibernationStatus, Phase, Until, WakeRequest
from policies.times import to_rfc3339

pytestmark = pytest.mark.temporal

HOUR = NOW + timedelta(hours=1)
ANNAS = WakeNote(resumed_at=NOW, awake_until=SUNDAY, because=Because.KEEP_AWAKE, by="anna", reason="release week")
Ask = Callable[[Handle, datetime], Awaitable[None]]
BY_HAND = RUNNING.model_copy(update={"annotations": {AWAKE_UNTIL: to_rfc3339(SUNDAY), AWAKE_BY: "anna"}})


async def resume_for(handle: Handle, until: datetime) -> None:
    await handle.signal(REACTIVATE, WakeRequest(by="bob", until=until))


async def keep_among_others(handle: Handle, until: datetime) -> None:
    await handle.execute_update(KEEP_AWAKE, Until(until=until, by="bob", may_shorten=False))


async def keep_by_name(handle: Handle, until: datetime) -> None:
    await handle.execute_update(KEEP_AWAKE, Until(until=until, by="bob"))


async def status_of(handle: Handle) -> HibernationStatus:
    status: HibernationStatus = await handle.query(STATUS, result_type=HibernationStatus)
    return status


async def told(handle: Handle, sentence: str) -> None:
    """Until what was asked is written, and told."""
    while (await status_of(handle)).awake_sentence != sentence:
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("ask", [resume_for, keep_among_others])
async def test_a_shorter_wish_takes_nothing_from_who_keeps_it_awake_for_longer(
    temporal_client: Client, ask: Ask
) -> None:
    cluster = Cluster(RUNNING)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=ANNAS) as handle:
        await told(handle, "kept awake by anna: release week")
        await ask(handle, HOUR)
        await came(lambda: cluster.reads == 2)
        status = await status_of(handle)
        assert (status.awake_until, status.awake_sentence) == (SUNDAY, "kept awake by anna: release week")
        assert [sent.note for sent in cluster.notes] == [ANNAS]


@pytest.mark.parametrize("ask", [resume_for, keep_among_others, keep_by_name])
async def test_a_longer_wish_counts_whoever_has_it_and_carries_its_reason(temporal_client: Client, ask: Ask) -> None:
    cluster, later = Cluster(RUNNING), SUNDAY + timedelta(days=1)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=ANNAS) as handle:
        await came(lambda: cluster.notes)
        await ask(handle, later)
        await came(lambda: len(cluster.notes) == 2)
        assert (cluster.notes[-1].note.awake_until, cluster.notes[-1].note.by) == (later, "bob")


async def test_the_reason_of_a_wish_is_written_on_the_workload(temporal_client: Client) -> None:
    cluster = Cluster(RUNNING)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=ANNAS) as handle:
        await told(handle, "kept awake by anna: release week")
        await handle.signal(REACTIVATE, WakeRequest(by="bob", reason="a demo", until=SUNDAY + timedelta(days=1)))
        await came(lambda: len(cluster.notes) == 2)
        assert [sent.note.reason for sent in cluster.notes] == ["release week", "a demo"]


async def test_who_names_it_may_shorten_and_the_longer_time_is_told(temporal_client: Client) -> None:
    cluster = Cluster(RUNNING)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=ANNAS) as handle:
        await came(lambda: cluster.notes)
        await keep_by_name(handle, HOUR)
        status = await status_of(handle)
        assert (cluster.notes[-1].note.awake_until, status.awake_until) == (HOUR, HOUR)
        assert status.awake_sentence.startswith("kept awake by bob; it was kept awake until ")
        assert status.awake_sentence.endswith(" by anna")


@pytest.mark.parametrize(("may_shorten", "until"), [(False, SUNDAY), (True, HOUR)])
async def test_a_time_set_by_hand_stays_where_a_shorter_one_is_not_about_it_alone(
    temporal_client: Client, until: datetime, *, may_shorten: bool
) -> None:
    cluster = Cluster(BY_HAND)
    bobs = WakeNote(resumed_at=NOW, awake_until=HOUR, because=Because.KEEP_AWAKE, by="bob")
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=bobs, may_shorten=may_shorten) as handle:
        await came(lambda: cluster.reads)
        await came(lambda: bool(cluster.notes) or not may_shorten)
        assert [sent.note.awake_until for sent in cluster.notes] == ([HOUR] if may_shorten else [])
        while (await status_of(handle)).awake_until != until:
            await asyncio.sleep(0.05)
        assert (await status_of(handle)).awake_sentence.startswith(f"kept awake by {'bob' if may_shorten else 'anna'}")


@pytest.mark.parametrize(
    ("wishes", "until"),
    [
        ((WakeRequest(by="anna", until=SUNDAY), WakeRequest(by="bob", until=HOUR)), SUNDAY),
        ((WakeRequest(by="anna", until=SUNDAY), WakeRequest(by="bob")), SUNDAY),
        ((WakeRequest(by="anna"), WakeRequest(by="bob", until=HOUR)), MORNING),
        ((WakeRequest(by="anna"), WakeRequest(by="bob", until=SUNDAY)), SUNDAY),
        ((WakeRequest(by="anna", until=HOUR), WakeRequest(by="bob")), MORNING),
        ((WakeRequest(by="anna", until=SUNDAY), WakeRequest(by="bob", until=HOUR, may_shorten=True)), HOUR),
        ((WakeRequest(by="anna", until=HOUR, may_shorten=True), WakeRequest(by="bob", until=SUNDAY)), SUNDAY),
        ((WakeRequest(by="anna", until=HOUR, may_shorten=True), WakeRequest(by="bob")), MORNING),
    ],
    ids=[
        "long, short",
        "long, plain",
        "plain, short",
        "plain, long",
        "short, plain",
        "long, named",
        "named short, long",
        "named short, plain",
    ],
)
async def test_of_two_who_wake_it_neither_takes_time_from_the_other(
    temporal_client: Client, wishes: tuple[WakeRequest, WakeRequest], until: datetime
) -> None:
    """The cluster answers only when both have been heard. A plain wake holds until the morning."""
    cluster = Cluster(ASLEEP)
    cluster.may_write.clear()
    async with asyncio.timeout(60), life(temporal_client, cluster, **asleep()) as handle:
        await handle.signal(REACTIVATE, wishes[0])
        await came(lambda: cluster.resumes)
        await handle.signal(REACTIVATE, wishes[1])
        await status_of(handle)
        cluster.may_write.set()
        await reached(handle, Phase.AWAKE)
        while (await status_of(handle)).awake_until != until:
            await asyncio.sleep(0.05)
        notes = [resumed.note for resumed in cluster.resumes] + [sent.note for sent in cluster.notes]
        assert notes[-1] is not None
        assert notes[-1].awake_until == until
