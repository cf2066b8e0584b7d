"""Why the pods of a workload are not available: what Kubernetes says of them, in a few words for people.

Asked by commands only, about the few workloads that did not come back.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from activities.errors import Denied, KubernetesError
from activities.kube.calls import path_of
from activities.kube.lists import KubeModel, list_items
from activities.kube.objects.pods import Pod
from activities.kube.transport import KubeTransport
from policies.keys import WorkloadKey
from policies.kinds import kind_named

_STARTING = frozenset({"ContainerCreating", "PodInitializing"})
"""What every pod waits for at first: it explains nothing while something else does."""
_LONGEST = 160
"""Characters of a message of Kubernetes'."""


class _WaitsFor(KubeModel):
    reason: str = ""


class _PodState(KubeModel):
    waiting: _WaitsFor | None = None


class _ContainerStatus(KubeModel):
    ready: bool = False
    state: _PodState = _PodState()


class _PodCondition(KubeModel):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class _TroubledStatus(KubeModel):
    phase: str = ""
    conditions: tuple[_PodCondition, ...] | None = None
    init_containers: tuple[_ContainerStatus, ...] | None = Field(default=None, alias="initContainerStatuses")
    containers: tuple[_ContainerStatus, ...] | None = Field(default=None, alias="containerStatuses")


class TroubledPod(Pod):
    """A pod with what it waits for."""

    status: _TroubledStatus = _TroubledStatus()  # type: ignore[assignment]

    @property
    def trouble(self) -> str:
        """What keeps it from being ready; empty where nothing does."""
        status = self.status
        reasons = [
            each.state.waiting.reason
            for each in (*(status.init_containers or ()), *(status.containers or ()))
            if each.state.waiting is not None and each.state.waiting.reason
        ]
        grave = next((reason for reason in reasons if reason not in _STARTING), "")
        return grave or self._unplaced() or next(iter(reasons), "") or self._unready()

    def _unplaced(self) -> str:
        placed = self._condition("PodScheduled")
        return _say(placed.reason or "not scheduled", placed.message) if placed.status == "False" else ""

    def _unready(self) -> str:
        if self._condition("Ready").status == "True":
            return ""
        if self.status.phase == "Running":
            return "running, and not ready"
        return "Pending, on no node" if self.status.phase == "Pending" and not self.spec.node else self.status.phase

    def _condition(self, kind: str) -> _PodCondition:
        return next((each for each in self.status.conditions or () if each.type == kind), _PodCondition())


def explain_pods(transport: KubeTransport, workloads: Iterable[WorkloadKey]) -> Mapping[WorkloadKey, str]:
    """Why each is not available; a workload of which nothing is known is told so. One listing for each namespace."""
    wanted: dict[str, list[WorkloadKey]] = {}
    for key in workloads:
        wanted.setdefault(key.namespace, []).append(key)
    told: dict[WorkloadKey, str] = {}
    for namespace, keys in wanted.items():
        told |= _explain_namespace(transport, namespace, keys)
    return told


def _explain_namespace(transport: KubeTransport, namespace: str, keys: Sequence[WorkloadKey]) -> dict[WorkloadKey, str]:
    try:
        pods = list_items(transport, path_of("/api/v1/namespaces", namespace, "pods"), TroubledPod)
    except Denied:
        return dict.fromkeys(keys, "its pods may not be listed")
    except KubernetesError:
        return dict.fromkeys(keys, "its pods could not be listed")
    return {key: _explain(transport, key, [pod for pod in pods if pod.workload == key]) for key in keys}


def _explain(transport: KubeTransport, key: WorkloadKey, pods: Sequence[TroubledPod]) -> str:
    troubles = [trouble for pod in pods if (trouble := pod.trouble)]
    if troubles:
        return max(dict.fromkeys(troubles), key=troubles.count)
    return next(_failures(transport, key), "some of its pods are missing" if pods else "it has no pods")


def _failures(transport: KubeTransport, key: WorkloadKey) -> Iterator[str]:
    """Why its controller makes no pods: a quota or an admission policy says so in its conditions."""
    kind = kind_named(key.kind)
    path = path_of(f"/apis/{kind.api_version}/namespaces", key.namespace, kind.resource, key.name)
    try:
        found: Any = json.loads(transport.request("GET", path).body)
    except KubernetesError:
        return
    for each in found.get("status", {}).get("conditions", ()):
        condition = _PodCondition.model_validate(each)
        if condition.type == "ReplicaFailure" and condition.status == "True":
            yield _say(condition.reason, condition.message)


def _say(reason: str, message: str) -> str:
    short = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."
    return f"{reason}: {short}" if short else reason
