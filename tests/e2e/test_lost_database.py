"""Temporal's database is thrown away: what the annotations say still holds."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from services import Service, enforcing

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]


@pytest.fixture
def service(cluster: LocalCluster, tmp_path: Path) -> Iterator[Service]:
    made = Service(cluster.kubeconfig, tmp_path, cluster="lost", interval="2s")
    yield made
    if not made.ended:
        made.kill()


def test_a_workload_woken_by_a_person_stays_awake_and_a_sleeper_can_still_be_woken(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    objects = cluster.objects
    create_ready(objects, deployment(namespace, "woken", replicas=2), deployment(namespace, "sleeper", replicas=4))
    time.sleep(1.1)
    service.start()
    service.apply(enforcing("idle", namespace, resume_after="10h"))
    wait_for(lambda: all(replicas_of(objects, namespace, name) == 0 for name in ("woken", "sleeper")))
    service.run("resume", f"{namespace}/woken", "--for", "2h")
    wait_for(lambda: replicas_of(objects, namespace, "woken") == 2)
    wait_for(lambda: "paused" not in annotations_of(objects, namespace, "woken"))

    assert service.stop() == 0
    service.forget()
    service.start()
    service.apply(enforcing("idle", namespace, resume_after="10h"))
    time.sleep(6)
    assert replicas_of(objects, namespace, "woken") == 2
    assert replicas_of(objects, namespace, "sleeper") == 0

    service.run("resume", f"{namespace}/sleeper")
    wait_for(lambda: replicas_of(objects, namespace, "sleeper") == 4)
    assert service.stop() == 0
    shutil.rmtree(service.state.path)


def test_a_fresh_temporal_adopts_what_sleeps_and_wakes_it_at_its_recorded_time(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    objects = cluster.objects
    create_ready(objects, *(deployment(namespace, f"app-{number}", replicas=number) for number in (1, 2, 3)))
    time.sleep(1.1)
    service.start()
    service.apply(enforcing("idle", namespace, resume_after="20s"))
    wait_for(lambda: all(replicas_of(objects, namespace, f"app-{number}") == 0 for number in (1, 2, 3)))
    service.kill()
    service.forget()

    service.start()
    wait_for(
        lambda: all(
            replicas_of(objects, namespace, f"app-{number}") == number
            and "paused" not in annotations_of(objects, namespace, f"app-{number}")
            for number in (1, 2, 3)
        ),
        what="all to be adopted and woken",
    )
    assert service.stop() == 0
