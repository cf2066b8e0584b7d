from typing import Any

import pytest

from activities.kube.models import PodSpec
from activities.kube.workloads.pod_requests import sum_requests
from policies.costs.cost import Requests

GIB = 1024.0**3


def asking(cpu: str | None = None, memory: str | None = None, **more: Any) -> dict[str, Any]:
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value is not None}
    return {"resources": {"requests": requests, **more}}


def limited(**limits: str) -> dict[str, Any]:
    return {"resources": {"limits": limits}}


SIDECAR = {**asking("200m"), "restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("pod", "requests"),
    [
        pytest.param({"containers": [{}]}, Requests(), id="nothing"),
        pytest.param(
            {"containers": [asking("250m", "1Gi"), asking("750m", "512Mi")]},
            Requests(cpu_cores=1, memory_bytes=1.5 * GIB),
            id="containers are added",
        ),
        pytest.param({"containers": [limited(cpu="2")]}, Requests(cpu_cores=2), id="a limit stands for a request"),
        pytest.param(
            {"containers": [asking("1", limits={"cpu": "4", "memory": "1Gi"})]},
            Requests(cpu_cores=1, memory_bytes=GIB),
            id="each resource by itself",
        ),
        pytest.param(
            {"containers": [asking("1")], "initContainers": [SIDECAR]},
            Requests(cpu_cores=1.2),
            id="a sidecar runs along",
        ),
        pytest.param(
            {"containers": [asking("1")], "initContainers": [asking("3"), asking("2")]},
            Requests(cpu_cores=3),
            id="the largest step of the start counts",
        ),
        pytest.param(
            {"containers": [asking("1")], "initContainers": [asking("500m")]},
            Requests(cpu_cores=1),
            id="a small step does not",
        ),
        pytest.param(
            {"containers": [asking("1")], "initContainers": [SIDECAR, asking("2")]},
            Requests(cpu_cores=2.2),
            id="a step runs beside the sidecars before it",
        ),
        pytest.param(
            {"containers": [asking("1")], "initContainers": [asking("2"), SIDECAR]},
            Requests(cpu_cores=2),
            id="but not beside those after it",
        ),
        pytest.param(
            {"containers": [asking("1", "1Gi")], **asking("4")},
            Requests(cpu_cores=4, memory_bytes=GIB),
            id="the pod's own request replaces the sum",
        ),
        pytest.param(
            {"containers": [asking("1")], "overhead": {"cpu": "250m"}},
            Requests(cpu_cores=1.25),
            id="overhead comes on top",
        ),
        pytest.param(
            {"containers": [limited(**{"nvidia.com/gpu": "2"}), limited(**{"amd.com/gpu": "1"})]},
            Requests(gpus=3),
            id="GPUs of any maker",
        ),
        pytest.param(
            {"containers": [limited(**{"gpu.intel.com/i915": "1", "gpu.intel.com/memory.max": "8Gi"})]},
            Requests(gpus=1),
            id="GPU memory is no GPU",
        ),
        pytest.param(
            {"containers": [asking(cpu=2)]},  # type: ignore[arg-type]
            Requests(cpu_cores=2),
            id="a bare number",
        ),
    ],
)
def test_a_pod_asks_for(pod: dict[str, Any], requests: Requests) -> None:
    assert sum_requests(PodSpec.model_validate(pod)) == requests
