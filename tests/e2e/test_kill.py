"""SIGKILL of the whole service, Temporal included, at five moments of a workload's life: every count comes back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from services import Service, enforcing
from tables import rows

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAMES = tuple(f"app-{number}" for number in range(8))
COUNTS = {name: 1 + number % 4 for number, name in enumerate(NAMES)}


@pytest.fixture
def service(cluster: LocalCluster, tmp_path: Path) -> Iterator[Service]:
    made = Service(cluster.kubeconfig, tmp_path, cluster="kill", interval="1h")
    yield made
    if not made.ended:
        made.kill()


MOMENTS = ("at the start", "amid the pauses", "asleep", "amid the wakes", "while awake")


@pytest.mark.parametrize("moment", rows(MOMENTS, "asleep"))
def test_a_kill_and_a_restart_bring_every_count_back(
    moment: str, service: Service, cluster: LocalCluster, namespace: str
) -> None:
    objects = cluster.objects
    create_ready(objects, *(deployment(namespace, name, replicas=count) for name, count in COUNTS.items()))
    time.sleep(1.1)

    def asleep() -> int:
        return sum(replicas_of(objects, namespace, name) == 0 for name in NAMES)

    def woken() -> int:
        return sum("resumed-at" in annotations_of(objects, namespace, name) for name in NAMES)

    service.start()
    service.apply(enforcing("idle", namespace, cooldown="1s", resume_after="12s"))
    reached: dict[str, Callable[[], bool]] = {
        "at the start": lambda: True,
        "amid the pauses": lambda: asleep() >= 2,
        "asleep": lambda: asleep() == len(NAMES),
        "amid the wakes": lambda: woken() >= 2,
        "while awake": lambda: woken() == len(NAMES),
    }
    wait_for(reached[moment], what=moment)
    service.kill()
    service.start()
    wait_for(
        lambda: (
            all(replicas_of(objects, namespace, name) == count for name, count in COUNTS.items())
            and all("paused" not in annotations_of(objects, namespace, name) for name in NAMES)
            and service.ask("status")["hibernations"] == []
        ),
        what="every count to come back",
    )
    assert service.stop() == 0
