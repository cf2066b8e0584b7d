"""Pods: whose they are, where they run, since when, and whether they restarted."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from activities.kube.lists import KubeModel, list_items
from activities.kube.models import OwnerReference
from activities.kube.transport import KubeTransport
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT

TEMPLATE_HASH = "pod-template-hash"

_PODS = "/api/v1/pods"
_ENDED = frozenset({"Succeeded", "Failed"})
_RUNNING = "Running"
_CRASH_LOOP = "CrashLoopBackOff"


class _PodMeta(KubeModel):
    """Less than of other objects: the managed fields of many pods would be most of the work."""

    namespace: str = ""
    name: str = ""
    deleted_at: datetime | None = Field(default=None, alias="deletionTimestamp")
    labels: dict[str, str] | None = None
    owners: tuple[OwnerReference, ...] | None = Field(default=None, alias="ownerReferences")


class _PodSpec(KubeModel):
    node: str = Field(default="", alias="nodeName")
    host_network: bool = Field(default=False, alias="hostNetwork")


class _Running(KubeModel):
    since: datetime | None = Field(default=None, alias="startedAt")


class _Waiting(KubeModel):
    reason: str = ""


class _Terminated(KubeModel):
    at: datetime | None = Field(default=None, alias="finishedAt")


class _State(KubeModel):
    running: _Running | None = None
    waiting: _Waiting | None = None
    terminated: _Terminated | None = None


class _Container(KubeModel):
    restarts: int = Field(default=0, alias="restartCount")
    state: _State = _State()
    last_state: _State = Field(default=_State(), alias="lastState")

    @property
    def is_crash_looping(self) -> bool:
        """Whether it waits for its next start because the ones before failed."""
        return self.state.waiting is not None and self.state.waiting.reason == _CRASH_LOOP

    @property
    def restarted_at(self) -> Iterator[datetime]:
        """The times at which it is known to have ended or restarted."""
        if self.restarts and self.state.running and self.state.running.since:
            yield self.state.running.since
        for state in (self.state, self.last_state):
            if state.terminated and state.terminated.at:
                yield state.terminated.at


class _PodStatus(KubeModel):
    phase: str = ""
    started_at: datetime | None = Field(default=None, alias="startTime")
    containers: tuple[_Container, ...] | None = Field(default=None, alias="containerStatuses")


class Pod(KubeModel):
    """A pod."""

    metadata: _PodMeta
    spec: _PodSpec = _PodSpec()
    status: _PodStatus = _PodStatus()

    @property
    def workload(self) -> WorkloadKey | None:
        """Whose it is: the Deployment of the ReplicaSet that controls it."""
        owner = next((each for each in self.metadata.owners or () if each.controller), None)
        template_hash = (self.metadata.labels or {}).get(TEMPLATE_HASH)
        if owner is None or owner.kind != "ReplicaSet" or not template_hash:
            return None
        name = owner.name.removesuffix(f"-{template_hash}")
        return None if name == owner.name else WorkloadKey(self.metadata.namespace, name, DEPLOYMENT.name)

    @property
    def is_crash_looping(self) -> bool:
        """Whether all its containers are: one that runs beside a broken one may be at work."""
        containers = self.status.containers or ()
        return bool(containers) and all(container.is_crash_looping for container in containers)

    @property
    def is_there(self) -> bool:
        """Neither ended nor on its way out."""
        return self.status.phase not in _ENDED and self.metadata.deleted_at is None


@dataclass(frozen=True, slots=True)
class RunningPod:
    """A pod of a workload that runs."""

    name: str
    started_at: datetime | None
    restarted_at: datetime | None = None
    crash_looping: bool = False
    """At this moment; the phase of such a pod is Running all the same."""
    host_network: bool = False


def list_pods(transport: KubeTransport) -> tuple[Pod, ...]:
    """All pods of the cluster. Raises KubernetesError, Denied where the right is missing."""
    return list_items(transport, _PODS, Pod)


def read_running_pods(
    transport: KubeTransport, covers: Callable[[str], bool]
) -> Mapping[WorkloadKey, tuple[RunningPod, ...]]:
    """The running pods of each workload in the namespaces that are covered.

    Raises KubernetesError, Denied where the right to list pods is missing.
    """
    found: dict[WorkloadKey, list[RunningPod]] = defaultdict(list)
    for pod in list_pods(transport):
        workload = pod.workload if covers(pod.metadata.namespace) else None
        if workload is not None and pod.is_there and pod.status.phase == _RUNNING:
            restarts = (at for container in pod.status.containers or () for at in container.restarted_at)
            found[workload].append(
                RunningPod(
                    name=pod.metadata.name,
                    started_at=pod.status.started_at,
                    restarted_at=max(restarts, default=None),
                    crash_looping=pod.is_crash_looping,
                    host_network=pod.spec.host_network,
                )
            )
    return {workload: tuple(pods) for workload, pods in found.items()}
