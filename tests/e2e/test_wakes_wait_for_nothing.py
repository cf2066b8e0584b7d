"""A wake waits for nothing but the API server: everything else is filled, and one workload is woken by hand and one by
its timer.

Whatever a wake could wait for here takes 30 seconds and more, so that half of that tells them apart on any machine. How
long a wake takes is printed, beside the same wakes with nothing else to do: two seconds more are the promise.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

import pytest
from deployments import annotations_of, create_ready, deployment
from httpanswers import Answer, AnsweringServer
from ids import id_of
from orders import pause_order
from receivers import Receiver, receiving
from services import enforcing
from temporalio.client import Client

from activities.alerts.raised import alert
from activities.hibernation.listing import open_query
from activities.hibernation.starting import start_hibernation
from activities.messages.outbox import MOST_WAITING
from activities.policy_sources.files import PolicyDirectory
from activities.runs.open_and_start import STARTS_PER_SECOND
from localcluster import LocalCluster
from policies.annotations import PREFIX
from policies.keys import WorkloadKey
from policies.names import MANUAL, REACTIVATE, policy_schedule_id, reconcile_id
from policies.sleep.messages import Hibernation
from policies.times import from_rfc3339
from policies.workload import WorkloadRef, observe
from worker.cluster.cluster import Cluster
from worker.service.service import running_service
from worker.settings.settings import Settings
from worker.temporal.schedules import remove_schedule, run_soon

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAME = "crowded"
POLICIES = tuple(f"policy-{number:02d}" for number in range(12))
PAUSES = 500
SLEEPERS = 4
"""By hand before anything is filled, to compare with; by hand, and by timers: so many each."""
AT_ONCE = 32
UNTIL_TIMERS = timedelta(seconds=90)
LOOKS_APART = 0.05
FAR_BELOW_ALL_ELSE = 15.0
"""For each of the four: whatever a wake could wait for here takes 30 seconds and more."""
COSTS_TAKE = timedelta(seconds=30)
"""The longest that can be set; Prometheus has 40 seconds."""


class Sight:
    """When each Deployment of a namespace was seen to have replicas, by a thread of its own."""

    def __init__(self, cluster: LocalCluster, namespace: str) -> None:
        self._list = partial(cluster.objects.list, f"/apis/apps/v1/namespaces/{namespace}/deployments")
        self._over = threading.Event()
        self._counts: dict[str, int] = {}
        self.raised_at: dict[str, float] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    async def reach(self, name: str, *, awake: bool) -> None:
        """Wait until it is."""
        while name not in self._counts or (self._counts[name] > 0) is not awake:
            await asyncio.sleep(LOOKS_APART)

    def _look(self) -> None:
        while not self._over.wait(LOOKS_APART):
            for item in self._list():
                name, replicas = item["metadata"]["name"], item["spec"]["replicas"]
                if replicas > 0 and self._counts.get(name) == 0:
                    self.raised_at[name] = time.time()
                self._counts[name] = replicas


@dataclass
class Crowd:
    """A worker, what stands around it, and the workloads that sleep."""

    client: Client
    cluster: LocalCluster
    product: Cluster
    namespace: str
    slow: Sequence[AnsweringServer]
    receiver: Receiver
    sight: Sight

    async def put_to_sleep(self, name: str, resume_after: timedelta) -> None:
        """By hand, as `finops pause` does."""
        workload = await asyncio.to_thread(self.product.workloads.read, WorkloadKey(self.namespace, name))
        assert workload is not None
        order = pause_order(
            seen=observe(workload, PREFIX),
            policy=MANUAL,
            not_after=datetime.now(UTC) + timedelta(minutes=5),
            resume_after=resume_after,
        )
        await start_hibernation(self.client, Hibernation(cluster=NAME, instance="me", ref=workload.ref, pause=order))
        await self.sight.reach(name, awake=False)

    async def wake_by_hand(self, name: str) -> float:
        """The seconds from the signal to its replicas."""
        began = time.time()
        await self.client.get_workflow_handle(id_of(NAME, self.namespace, name)).signal(REACTIVATE)
        await self.sight.reach(name, awake=True)
        return self.sight.raised_at[name] - began

    async def wake_by_timer(self, name: str) -> float:
        """Put it to sleep; the seconds from the time that it carries then to its replicas."""
        await self.put_to_sleep(name, UNTIL_TIMERS)
        carried = await asyncio.to_thread(annotations_of, self.cluster.objects, self.namespace, name)
        await self.sight.reach(name, awake=True)
        return self.sight.raised_at[name] - from_rfc3339(carried["resume-at"]).timestamp()

    async def queue_pauses(self) -> None:
        """500 workloads are to be paused. They are started as an enforcement starts them, no faster."""
        workload = await asyncio.to_thread(self.product.workloads.read, WorkloadKey(self.namespace, "alone-0"))
        assert workload is not None
        seen = observe(workload, PREFIX)
        refs = (WorkloadRef(namespace=self.namespace, name=f"idle-{n}", uid=f"uid-{n}") for n in range(PAUSES))
        orders = [
            pause_order(
                seen=seen.model_copy(update={"ref": ref}),
                policy=MANUAL,
                not_after=datetime.now(UTC) + timedelta(minutes=9),
            )
            for ref in refs
        ]
        for index in range(0, PAUSES, AT_ONCE):
            await asyncio.gather(
                *(
                    start_hibernation(
                        self.client, Hibernation(cluster=NAME, instance="me", ref=order.seen.ref, pause=order)
                    )
                    for order in orders[index : index + AT_ONCE]
                )
            )
            await asyncio.sleep(AT_ONCE / STARTS_PER_SECOND)

    async def run_everything(self) -> None:
        """All policies and the reconciliation at one instant, and more alerts than any outbox holds."""
        ids = (*(policy_schedule_id(NAME, name) for name in POLICIES), reconcile_id(NAME))
        await asyncio.gather(*(run_soon(self.client, each) for each in ids))
        for number in range(MOST_WAITING + 100):
            alert("order", f"alert {number}")

    async def pauses_waiting(self) -> int:
        """How many pauses wait for their turn."""
        return (await self.client.count_workflows(f"{open_query(NAME)} AND HibernationState = 'pausing'")).count

    async def is_full(self) -> bool:
        """Whether a run waits for its sources, the receiver answers nobody, and the pauses wait."""
        asked = all(server.asked for server in self.slow)
        return asked and bool(self.receiver.got) and await self.pauses_waiting() > PAUSES / 10


@pytest.fixture
async def crowd(
    temporal_client: Client, cluster: LocalCluster, namespace: str, fresh_namespace: Callable[[], str], tmp_path: Path
) -> AsyncIterator[Crowd]:
    """A worker with twelve policies, an OpenCost and a Prometheus that never answer, and a receiver that hangs."""
    crowded = fresh_namespace()
    PolicyDirectory(tmp_path / "policies").prepare()
    for name in POLICIES:
        (tmp_path / "policies" / f"{name}.yaml").write_text(enforcing(name, crowded) + "  idleWindow: 48h\n")
    kinds = ("alone", "hand", "timer")
    names = [f"{kind}-{number}" for kind in kinds for number in range(SLEEPERS)]
    create_ready(cluster.objects, *(deployment(namespace, name) for name in names), deployment(crowded, "idle"))
    with (
        AnsweringServer(Answer(accident="hang")) as opencost,
        AnsweringServer(Answer(accident="hang")) as prometheus,
        receiving() as receiver,
        Sight(cluster, namespace) as sight,
    ):
        receiver.hangs.set()
        settings = Settings(
            cluster=NAME,
            kubeconfig=cluster.kubeconfig,
            state_dir=tmp_path / "state",
            policies=tmp_path / "policies",
            interval=timedelta(hours=1),
            opencost_url=opencost.url,
            opencost_timeout=COSTS_TAKE,
            prometheus_url=prometheus.url,
            webhook_url=receiver.url,
            webhook_hosts=("127.0.0.1",),
            pauses_per_second=2,
        )
        product = Cluster.connect(settings, instance="me")
        async with running_service(temporal_client, product):
            yield Crowd(temporal_client, cluster, product, namespace, (opencost, prometheus), receiver, sight)
            for server in (opencost, prometheus):
                server.let_go()
    for name in POLICIES:
        await remove_schedule(temporal_client, NAME, name)
    cluster.objects.delete(f"/apis/apps/v1/namespaces/{crowded}/deployments")


@pytest.mark.thorough
async def test_a_wake_by_hand_and_one_by_timer_wait_for_nothing_else_that_is_to_do(
    crowd: Crowd, record_property: Callable[[str, object], None]
) -> None:
    for number in range(SLEEPERS):
        await crowd.put_to_sleep(f"alone-{number}", timedelta(hours=10))
        await crowd.put_to_sleep(f"hand-{number}", timedelta(hours=10))
    alone = [await crowd.wake_by_hand(f"alone-{number}") for number in range(SLEEPERS)]
    timers = [asyncio.create_task(crowd.wake_by_timer(f"timer-{number}")) for number in range(SLEEPERS)]
    for number in range(SLEEPERS):
        await crowd.sight.reach(f"timer-{number}", awake=False)
    await crowd.run_everything()
    await crowd.queue_pauses()
    while not await crowd.is_full():
        await asyncio.sleep(0.1)
    by_hand = [await crowd.wake_by_hand(f"hand-{number}") for number in range(SLEEPERS)]
    timed = await asyncio.gather(*timers)
    waiting = await crowd.pauses_waiting()
    table = "\n".join(
        f"{what}: {' '.join(f'{each:.2f}' for each in seconds)} s"
        for what, seconds in (("by hand, alone", alone), ("by hand", by_hand), ("by timer", timed))
    )
    record_property("table", table)
    assert waiting > PAUSES / 10, f"{waiting} pauses are left: the queue was empty before the timers fired\n{table}"
    assert max(*by_hand, *timed) < FAR_BELOW_ALL_ELSE, table
