"""What is said to a hibernation between the last write of a wake and the moment from which it is shown as awake."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sleepers import sleeper
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.hibernation.orders import ConsultOrder, WriteOutcome
from policies.annotations import Because, WakeNote, read_pause
from policies.names import CHECK, HIBERNATION, REACTIVATE, STATUS
from policies.sleep.actions import SendNote, SendResume
from policies.sleep.continuation import Continuation
from policies.sleep.messages import AWAKE_PHASES, HibernationResult, HibernationStatus, Phase
from policies.sleep.review import Consultation
from policies.sleep.zeros import observe_sleeper
from policies.workload import Workload
from workflows.hibernation import HibernationWorkflow

pytestmark = pytest.mark.temporal

ASLEEP = sleeper("web")
RUNNING = ASLEEP.model_copy(update={"replicas": 3, "annotations": {}})
DEPLOYED = ASLEEP.model_copy(update={"revision": "2"})
NOW = datetime.now(UTC).replace(microsecond=0)
MORNING = NOW + timedelta(hours=9)
SUNDAY = NOW + timedelta(days=3)
Handle = WorkflowHandle[object, HibernationResult]


class Cluster:
    """Answers each read with the workload as it stands, and lets a test hold reads and writes back."""

    def __init__(self, stands: Workload) -> None:
        self.stands = stands
        self.reads, self.resumes, self.notes = 0, list[SendResume](), list[SendNote]()
        self.may_read, self.may_write = asyncio.Event(), asyncio.Event()
        self.may_read.set()
        self.may_write.set()

    @activity.defn
    async def consult(self, order: ConsultOrder) -> Consultation:
        self.reads += 1
        await self.may_read.wait()
        return Consultation(seen=observe_sleeper(self.stands), window_end=MORNING)

    @activity.defn
    async def send_resume(self, order: SendResume) -> WriteOutcome:
        self.resumes.append(order)
        await self.may_write.wait()
        self.stands = RUNNING
        return WriteOutcome(result="done", landed=2)

    @activity.defn
    async def send_note(self, order: SendNote) -> WriteOutcome:
        self.notes.append(order)
        return WriteOutcome(result="done", landed=1)


@asynccontextmanager
async def life(client: Client, cluster: Cluster, **begins: object) -> AsyncIterator[Handle]:
    name = uuid4().hex
    activities: list[Callable[..., Any]] = [cluster.consult, cluster.send_resume, cluster.send_note]
    async with Worker(
        client,
        task_queue=name,
        workflows=[HibernationWorkflow],
        activities=activities,
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        start = Continuation.model_validate({"cluster": "c", "instance": "me", "ref": ASLEEP.ref, **begins})
        yield await client.start_workflow(HIBERNATION, start, id=name, task_queue=name, result_type=HibernationResult)


def asleep() -> dict[str, object]:
    return {"sleep": read_pause(ASLEEP.annotations), "revision": "1"}


async def reached(handle: Handle, *phases: Phase) -> HibernationStatus:
    while True:
        status: HibernationStatus = await handle.query(STATUS, result_type=HibernationStatus)
        if status.phase in phases:
            return status
        await asyncio.sleep(0.05)


async def came(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


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
