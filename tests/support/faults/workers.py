"""Installations with workers that are processes of their own: killed, stopped and frozen at any request they send."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cases import policy
from deployments import create_ready, deployment
from services import Service
from temporalio.client import Client
from temporalio.service import RPCError

from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from activities.policy_sources.files import PolicyDirectory
from faults.actors import Actors
from faults.proxy import REST, FaultProxy
from faults.revisions import Revisions
from faults.stage import Stage
from faults.subjects import Subject
from localcluster import LocalCluster
from policies.names import REACTIVATE, policy_schedule_id, reconcile_id
from policies.sleep.messages import Phase
from worker.cluster.cluster import Cluster
from worker.settings.settings import Settings

POLICY = "idle-dev"
NEVER = "8760h"
"""The time between two runs of the policy: beside the first, which its Schedule begins with, there is none."""
AWAKE = (Phase.COOLING, Phase.AWAKE)
PATIENCE_SECONDS = 420.0
_BREATH_SECONDS = 1.0


@dataclass(frozen=True)
class Ground:
    """What all installations stand on: one control plane, and the watch that records every revision of it."""

    cluster: LocalCluster
    revisions: Revisions
    identity: Path
    """The kubeconfig of the service account that every worker uses."""
    kubectl: str


@dataclass
class Installation:
    """One cluster name, with its namespace, its proxy, its policy, and whoever works for it."""

    stage: Stage
    service: Service
    cluster: LocalCluster
    subjects: list[Subject] = field(default_factory=list)
    rest: Subject = field(default_factory=lambda: Subject(*REST))
    """What is asked about no Deployment: listings, and who the cluster is."""
    working: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    leaving: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    """Those that were told to stop."""
    losses: int = 0
    """How often its Temporal was lost, where it has one of its own."""

    def furnish(self, *counts: int) -> list[Subject]:
        """A Deployment of each of these counts, ready and observed."""
        first = len(self.subjects)
        subjects = [Subject(self.stage.name, f"app-{first + number}", cycle=1) for number in range(len(counts))]
        wanted = [
            deployment(*subject.key, replicas=replicas) for subject, replicas in zip(subjects, counts, strict=True)
        ]
        create_ready(self.cluster.objects, *wanted)
        for subject in subjects:
            self.stage.observe(subject)
        self.subjects += subjects
        return subjects

    def start_worker(self, **environment: str) -> "subprocess.Popen[bytes]":
        """One worker more."""
        self.working.append(self.service.spawn("worker", **environment))
        return self.working[-1]

    def kill_worker(self) -> None:
        """SIGKILL, and another worker at once."""
        worker = self.working.pop()
        worker.kill()
        worker.wait()
        self.start_worker()

    def stop_worker(self) -> None:
        """SIGTERM, and another worker at once, as in a rolling update."""
        self.dismiss()
        self.start_worker()

    def dismiss(self) -> None:
        """SIGTERM to all who work."""
        for worker in self.working:
            worker.send_signal(signal.SIGTERM)
        self.leaving += self.working
        self.working = []

    def lose_temporal(self) -> None:
        """SIGKILL of everything, the server included, and a start without its database."""
        self.losses += 1
        self.service.kill()
        self.service.forget()
        self.service.start()

    async def is_settled(self) -> bool:
        """Whether the first run of the policy and a reconciliation have been, and none is under way."""
        for schedule in (policy_schedule_id(self.stage.name, POLICY), reconcile_id(self.stage.name)):
            try:
                info = (await self.stage.client.get_schedule_handle(schedule).describe()).info
            except RPCError:
                return False
            if not info.num_actions or info.running_actions:
                return False
        return True

    async def await_sleep(self, subject: Subject) -> str:
        """The phase once its pause was tried: asleep where nothing came between."""
        await wait_until(lambda: bool(subject.log))
        return await self.stage.reach(subject, Phase.ASLEEP, *AWAKE, within=PATIENCE_SECONDS)

    async def see_off(self, subject: Subject) -> None:
        """Ask for it until it is back and its hibernation has ended, whatever was asked before."""
        stage = self.stage
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            losses, settled = self.losses, await self.is_settled()
            phase = await stage.reach(subject, Phase.ASLEEP, *AWAKE, within=PATIENCE_SECONDS)
            if phase == Phase.ASLEEP:
                with suppress(RPCError):
                    await stage.handle(subject).signal(REACTIVATE, {"by": "the case"})
                await stage.reach(subject, *AWAKE, within=10)
            elif phase:
                await stage.reach(subject, Phase.ASLEEP, within=PATIENCE_SECONDS)
            elif settled and losses == self.losses and await asyncio.to_thread(self._runs, subject):
                return

    def _runs(self, subject: Subject) -> bool:
        return self.stage.actors.count(*subject.key) > 0

    def end(self) -> list[str]:
        """Kill who works; what was wrong about those that were told to stop."""
        wrong = []
        for worker in self.leaving:
            try:
                code = worker.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                code = worker.wait()
            if code != 0:
                wrong.append(f"a worker that was told to stop ended with {code}")
        for worker in self.working:
            worker.kill()
            worker.wait()
        self.leaving, self.working = [], []
        return wrong


@asynccontextmanager
async def open_installation(
    ground: Ground, name: str, folder: Path, client: Client, **environment: str
) -> AsyncIterator[Installation]:
    """An installation with a policy that pauses all of its namespace, and no worker yet.

    `environment` is what its processes find besides, such as where Temporal is.
    """
    ground.cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        proxy = stack.enter_context(FaultProxy(ground.cluster, ground.revisions))
        kubeconfig = proxy.kubeconfig(folder / "kubeconfig", ground.identity)
        service = Service(
            kubeconfig,
            folder,
            cluster=name,
            interval=NEVER,
            FINOPS_INSTANCE=name,
            **environment,
        )
        directory = PolicyDirectory(service.state.policies)
        directory.prepare()
        directory.write(
            policy(
                POLICY,
                scope={"namespaces": {"include": [name]}},
                minHourlyCost=0.001,
                cooldownWindow="1s",
                resumeAfter="10h",
                limits={"maxActionsPerRun": 1000},
            )
        )
        product = Cluster.connect(Settings(cluster=name, kubeconfig=kubeconfig), instance=name)
        stack.callback(product.transport.close)
        direct = KubeTransport.connect(ground.cluster.kubeconfig)
        stack.callback(direct.close)
        installation = Installation(
            stage=Stage(
                name=name,
                client=client,
                product=product,
                direct=Workloads(direct),
                proxy=proxy,
                revisions=ground.revisions,
                actors=Actors(ground.cluster, ground.kubectl, {}),
                instance=name,
            ),
            service=service,
            cluster=ground.cluster,
        )
        proxy.watch_over(installation.rest)
        stack.callback(installation.end)
        looking = asyncio.create_task(_keep_looking(installation.stage))
        try:
            yield installation
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


async def wait_until(reached: Callable[[], bool]) -> None:
    """Give it time. Whether it was reached shows in what follows."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not reached() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_BREATH_SECONDS / 10)


async def _keep_looking(stage: Stage) -> None:
    """As the stage does, also while its Temporal is away."""
    while True:
        with suppress(RPCError, RuntimeError):  # the second from a client that has not connected yet
            await stage.keep_looking()
        await asyncio.sleep(_BREATH_SECONDS)
