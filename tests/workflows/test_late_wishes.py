"""What is said to a hibernation between the last write of a wake and the moment from which it is shown as awake."""

import asyncio

import pytest
from short_lives import ASLEEP, MORNING, NOW, RUNNING, SUNDAY, Cluster, asleep, came, life, reached
from temporalio.client import Client

from policies.annotations import Because, WakeNote
from policies.names import CHECK, REACTIVATE, STATUS
from policies.sleep.messages import AWAKE_PHASES, Phase

pytestmark = pytest.mark.temporal

DEPLOYED = ASLEEP.model_copy(update={"revision": "2"})


async def test_a_wish_during_a_look_that_comes_before_it_is_shown_as_awake_is_heard_and_ends(
    temporal_client: Client,
) -> None:
    cluster = Cluster(ASLEEP)
    cluster.may_write.clear()
    async with asyncio.timeout(60), life(temporal_client, cluster, **asleep()) as handle:
        await handle.signal(REACTIVATE, {"by": "tom"})
        await came(lambda: cluster.resumes)
        await handle.signal(CHECK)
        cluster.may_read.clear()
        cluster.may_write.set()
        await came(lambda: cluster.reads == 2)
        await handle.signal(REACTIVATE, {"by": "anna", "until": SUNDAY.isoformat()})
        await handle.query(STATUS)
        cluster.may_read.set()
        status = await reached(handle, *AWAKE_PHASES)
        await came(lambda: cluster.notes)
        assert cluster.notes[-1].note.awake_until == SUNDAY
        assert status.original_replicas is None
        assert cluster.reads < 6


async def test_who_asks_during_the_last_write_of_a_wake_gets_the_time_of_a_persons_wake(
    temporal_client: Client,
) -> None:
    cluster = Cluster(DEPLOYED)
    cluster.may_write.clear()
    async with asyncio.timeout(60), life(temporal_client, cluster, **asleep()) as handle:
        await handle.signal(CHECK)
        await came(lambda: cluster.resumes)
        (sent,) = cluster.resumes
        assert sent.note is not None
        assert sent.note.because is Because.DEPLOY
        await handle.signal(REACTIVATE, {"by": "anna"})
        cluster.may_write.set()
        await came(lambda: cluster.notes)
        assert cluster.notes[-1].note.awake_until == MORNING


async def test_what_is_restored_asleep_while_it_is_kept_awake_is_given_back(temporal_client: Client) -> None:
    cluster = Cluster(RUNNING)
    kept = WakeNote(resumed_at=NOW, awake_until=SUNDAY, because=Because.KEEP_AWAKE)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=kept) as handle:
        await reached(handle, Phase.AWAKE)
        cluster.stands = ASLEEP
        await handle.signal(CHECK)
        await came(lambda: cluster.resumes)
        (sent,) = cluster.resumes
        assert sent.replicas == 3
        assert sent.note is not None
        assert sent.note.awake_until == SUNDAY
        await reached(handle, Phase.AWAKE)


async def test_what_somebody_chose_to_have_at_zero_while_it_is_kept_awake_is_left(temporal_client: Client) -> None:
    cluster = Cluster(RUNNING)
    kept = WakeNote(resumed_at=NOW, awake_until=SUNDAY, because=Because.KEEP_AWAKE)
    async with asyncio.timeout(60), life(temporal_client, cluster, awake=kept) as handle:
        await reached(handle, Phase.AWAKE)
        before = cluster.reads
        cluster.stands = ASLEEP.model_copy(update={"annotations": ASLEEP.annotations | {"finops.io/instance": "you"}})
        await handle.signal(CHECK)
        await came(lambda: cluster.reads > before)
        await reached(handle, Phase.AWAKE)
        assert not cluster.resumes
