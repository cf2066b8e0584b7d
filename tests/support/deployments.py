"""Deployments for tests: made as users make them, read as users read them."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from patience import PATIENCE_SECONDS

from localcluster import ObjectClient


def deployment(
    namespace: str,
    name: str,
    *,
    replicas: int = 3,
    cpu: str | None = "500m",
    memory: str | None = "512Mi",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A Deployment with honest requests; without cpu and memory it asks for nothing."""
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "namespace": namespace,
            "name": name,
            "labels": {"app": name, **(labels or {})},
            "annotations": dict(annotations or {}),
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {
                    "containers": [{"name": "main", "image": "example/app:1", "resources": {"requests": requests}}]
                },
            },
        },
    }


def autoscaler(namespace: str, name: str, low: int, high: int) -> dict[str, Any]:
    """A HorizontalPodAutoscaler of the Deployment of that name. Only an external metric may go with 0."""
    metric = {"metric": {"name": "orders"}, "target": {"type": "Value", "value": "5"}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
            "minReplicas": low,
            "maxReplicas": high,
            "metrics": [{"type": "External", "external": metric}],
        },
    }


def path_of(namespace: str, name: str) -> str:
    """The API path of a Deployment."""
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"


def create_ready(objects: ObjectClient, *wanted: dict[str, Any]) -> None:
    """Create Deployments and wait until the real controllers report them available."""
    objects.create_all(wanted)
    for item in wanted:
        namespace, name = item["metadata"]["namespace"], item["metadata"]["name"]
        wait_for(lambda namespace=namespace, name=name: is_ready(objects.get(path_of(namespace, name))))  # type: ignore[misc]


def replicas_of(objects: ObjectClient, namespace: str, name: str) -> int:
    """What `spec.replicas` says now."""
    return int(objects.get(path_of(namespace, name))["spec"].get("replicas", 1))


def annotations_of(objects: ObjectClient, namespace: str, name: str) -> dict[str, str]:
    """The product's annotations on a Deployment now, without their prefix."""
    carried = objects.get(path_of(namespace, name))["metadata"].get("annotations", {})
    prefix = "finops.io/"
    return {key.removeprefix(prefix): value for key, value in carried.items() if key.startswith(prefix)}


def wait_for(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS, what: str = "it") -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.05)


def is_observed(objects: ObjectClient, namespace: str, name: str) -> bool:
    """Whether the deployment controller has seen the present spec."""
    item = objects.get(path_of(namespace, name))
    return bool(item["status"].get("observedGeneration") == item["metadata"]["generation"])


def is_ready(item: dict[str, Any]) -> bool:
    """Whether the controllers have nothing left to do for a Deployment."""
    status, wanted = item.get("status", {}), item["spec"]["replicas"]
    conditions = {condition["type"]: condition.get("reason") for condition in status.get("conditions", [])}
    return (
        status.get("observedGeneration") == item["metadata"]["generation"]
        and status.get("availableReplicas", 0) == wanted == status.get("updatedReplicas", 0)
        and conditions.get("Progressing") == "NewReplicaSetAvailable"
    ) or wanted == 0
