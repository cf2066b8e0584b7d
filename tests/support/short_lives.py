"""A hibernation on a real Temporal server, and a cluster that a test holds: it answers at once, or waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from kept_histories import keep_history
from sleepers import sleeper
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.hibernation.orders import ConsultOrder, WriteOutcome
from policies.annotations import read_pause
from policies.names import HIBERNATION, STATUS
from policies.sleep.actions import SendNote, SendResume
from policies.sleep.continuation import Continuation
from policies.sleep.messages import HibernationResult, HibernationStatus, Phase
from policies.sleep.review import Consultation
from policies.sleep.zeros import observe_sleeper
from policies.workload import Workload
from workflows.hibernation import HibernationWorkflow

ASLEEP = sleeper("web")
RUNNING = ASLEEP.model_copy(update={"replicas": 3, "annotations": {}})
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
        await keep_history(client, name)


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
