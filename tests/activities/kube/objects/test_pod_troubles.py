"""Why pods are not available, in the words that Kubernetes has for it."""

from typing import Any

import pytest
from ids import key_of

from activities.kube.objects.pod_troubles import TroubledPod, explain_pods
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster


def waiting(*reasons: str) -> list[dict[str, Any]]:
    return [{"state": {"waiting": {"reason": reason}}} for reason in reasons]


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        ({"phase": "Pending", "containerStatuses": waiting("ImagePullBackOff")}, "ImagePullBackOff"),
        ({"phase": "Pending", "containerStatuses": waiting("ContainerCreating")}, "ContainerCreating"),
        (
            {
                "phase": "Pending",
                "initContainerStatuses": waiting("CrashLoopBackOff"),
                "containerStatuses": waiting("PodInitializing"),
            },
            "CrashLoopBackOff",
        ),
        (
            {
                "phase": "Pending",
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no node"}
                ],
            },
            "Unschedulable: no node",
        ),
        ({"phase": "Pending"}, "Pending, on no node"),
        ({"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}]}, "running, and not ready"),
        ({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}, ""),
    ],
    ids=["image", "still creating", "an init container", "no room", "on no node", "not ready", "well"],
)
def test_a_pod_says_what_it_waits_for(status: dict[str, Any], trouble: str) -> None:
    assert TroubledPod.model_validate({"metadata": {"name": "web-1"}, "status": status}).trouble == trouble


@pytest.mark.cluster
def test_of_what_is_not_there_it_is_said_that_it_has_no_pods(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    key = key_of(f"{namespace}/nothing")
    assert explain_pods(transport, [key]) == {key: "it has no pods"}
