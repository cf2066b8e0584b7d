"""A HorizontalPodAutoscaler that scales from zero, the real one, with a queue behind it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import case, policy, surroundings
from deployments import create_ready, deployment, path_of, wait_for
from externalmetrics import Queue, serving

from activities.kube.objects.autoscalers import read_autoscalers
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from localcluster import LocalCluster
from localcluster.certificates import Authority
from policies.checks import Autoscalers
from policies.checks.decision import explain
from policies.checks.reasons import Reason
from policies.keys import WorkloadKey
from policies.workload import Workload

pytestmark = pytest.mark.cluster

PERIODS = 120
"""Seconds: an HPA looks every 15 s, and twice before it acts."""


def from_zero(namespace: str) -> dict[str, Any]:
    """Ten of the queue for each pod, and down at once."""
    metric = {"metric": {"name": "queue_length"}, "target": {"type": "AverageValue", "averageValue": "10"}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"namespace": namespace, "name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 0,
            "maxReplicas": 5,
            "metrics": [{"type": "External", "external": metric}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
        },
    }


def objections(workload: Workload, autoscalers: Autoscalers) -> dict[Reason, str]:
    """Everything that speaks against a pause, now that it runs."""
    around = surroundings(now=datetime.now(UTC), autoscalers=autoscalers)
    said = explain(case(workload, policy(cooldownWindow="10m"), around))
    return {found.reason: found.sentence for answer in said if (found := answer.finding) is not None}


def test_what_it_brought_up_for_work_is_left_to_it_and_was_touched_just_now(
    cluster: LocalCluster, transport: KubeTransport, namespace: str, tmp_path: Path
) -> None:
    queue, objects = Queue(), cluster.objects
    keys = Authority(tmp_path).issue("metrics", user="metrics", server=True)

    def count() -> int:
        return int(objects.get(path_of(namespace, "web"))["spec"].get("replicas", 1))

    key = WorkloadKey(namespace, "web")
    create_ready(objects, deployment(namespace, "web", replicas=1))
    with serving(queue, objects, namespace, keys):
        objects.create(from_zero(namespace))
        wait_for(lambda: count() == 0, seconds=PERIODS, what="the HPA to find nothing to do")
        queue.length = 30
        began = datetime.now(UTC).replace(microsecond=0)
        wait_for(lambda: count() == 3, seconds=PERIODS, what="the HPA to bring it up for work")
        workload, autoscalers = Workloads(transport).read(key), read_autoscalers(transport)
    assert workload is not None
    assert autoscalers is not None
    assert key in autoscalers.from_zero
    assert began <= autoscalers.scaled_at[key] <= datetime.now(UTC) + timedelta(seconds=1)
    found = objections(workload, autoscalers)
    assert "minReplicas: 0" in found[Reason.AUTOSCALER_SCALES_FROM_ZERO]
    assert found[Reason.COOLING_DOWN].startswith("its autoscaler scaled it at")
