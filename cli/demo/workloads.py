"""The demo's example workloads: five namespaces, and Deployments for every way to be judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.keys import WorkloadKey

NAMESPACES = ("dev-shop", "dev-search", "preview-142", "staging", "monitoring")


@dataclass(frozen=True)
class DemoWorkload:
    """A Deployment of the demo, and what becomes of it."""

    namespace: str
    name: str
    replicas: int
    cpu: str = "500m"
    memory: str = "1Gi"
    annotations: Mapping[str, str] | None = None
    labels: Mapping[str, str] | None = None
    owner: str | None = None
    sleeps: bool = False
    """Whether the enforcing policy puts it to sleep."""

    @property
    def key(self) -> WorkloadKey:
        """What it is known by."""
        return WorkloadKey(self.namespace, self.name)

    @property
    def path(self) -> str:
        """Its API path."""
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.name}"

    def manifest(self) -> dict[str, Any]:
        """The Deployment, as a person would write it."""
        owners = []
        if self.owner is not None:
            owners = [{"apiVersion": "v1", "kind": "ConfigMap", "name": self.owner, "uid": "", "controller": True}]
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "namespace": self.namespace,
                "name": self.name,
                "labels": {"app": self.name, **(self.labels or {})},
                "annotations": dict(self.annotations or {}),
                "ownerReferences": owners,
            },
            "spec": {
                "replicas": self.replicas,
                "selector": {"matchLabels": {"app": self.name}},
                "template": {
                    "metadata": {"labels": {"app": self.name}},
                    "spec": {
                        "containers": [
                            {
                                "name": "main",
                                "image": f"registry.example/{self.name}:1.0",
                                "resources": {"requests": {"cpu": self.cpu, "memory": self.memory}},
                            }
                        ]
                    },
                },
            },
        }


OWNER = "shop-operator"
"""A ConfigMap that stands for an operator's own resource: what counts is that it controls a Deployment."""

JUST_DEPLOYED = DemoWorkload("dev-shop", "recommender", 2, cpu="2", memory="4Gi")

WORKLOADS = (
    DemoWorkload("dev-shop", "checkout", 3, sleeps=True),
    DemoWorkload("dev-shop", "catalog", 5, cpu="1", memory="2Gi", sleeps=True),
    DemoWorkload("dev-shop", "payments", 2, annotations={"finops.io/exclude": "true"}),
    DemoWorkload("dev-shop", "banner", 1, cpu="50m", memory="64Mi"),
    JUST_DEPLOYED,
    DemoWorkload("dev-search", "indexer", 4, cpu="2", memory="8Gi", sleeps=True),
    DemoWorkload("dev-search", "query-api", 2, cpu="1", memory="2Gi", sleeps=True),
    DemoWorkload("dev-search", "old-frontend", 0),
    DemoWorkload("preview-142", "web", 1, cpu="1", memory="1Gi", sleeps=True),
    DemoWorkload("preview-142", "worker", 2, cpu="1", memory="2Gi", sleeps=True),
    DemoWorkload("preview-142", "operated", 2, cpu="1", memory="1Gi", owner=OWNER),
    DemoWorkload("staging", "gateway", 3, cpu="1", memory="1Gi"),
    DemoWorkload("staging", "reports", 2, cpu="2", memory="4Gi"),
    DemoWorkload("staging", "ledger", 1, cpu="4", memory="8Gi"),
    DemoWorkload("monitoring", "dashboards", 2, cpu="1", memory="1Gi"),
)

SLEEPER_TO_WAKE = WORKLOADS[1]
"""The one that a person wakes."""
