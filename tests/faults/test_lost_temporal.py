"""Temporal's database is lost in the middle of everything: what the Deployments carry is enough to give them back."""

import time
from pathlib import Path

import pytest
from deployments import create_ready, deployment, path_of, replicas_of, wait_for
from faults.losses import play_losses
from faults.replaying import lines_of
from faults.report import Report, hold
from faults.suites import Case
from faults.workers import Ground
from services import Service, enforcing

from localcluster import LocalCluster
from policies.annotations import PREFIX

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.long]

LINES = (
    "W1=killed",
    "W1=acked-killed",
    "W2=killed",
    "W2=acked-killed",
    "asleep: loss",
    "W3=killed",
    "W3=acked-killed",
    "W4=killed",
    "W4=acked-killed",
    "awake: loss",
)


async def test_no_count_is_lost_with_temporals_database(
    ground: Ground, tmp_path: Path, request: pytest.FixtureRequest, report: Report
) -> None:
    lines = lines_of(request, "lost") or LINES
    result = await play_losses(ground, tmp_path, [Case.parse(line) for line in lines])
    hold(
        result,
        report,
        "loss of Temporal",
        remarks=["what sleeps through the loss and wakes at its recorded time is in tests/e2e/test_lost_database.py"],
    )


def test_with_both_records_lost_nothing_is_touched_and_history_tells_the_last_known_count(
    cluster: LocalCluster, tmp_path: Path, namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=3))
    time.sleep(1.1)
    service = Service(cluster.kubeconfig, tmp_path, cluster="both-lost", interval="2s").start()
    try:
        service.apply(enforcing("idle", namespace, resume_after="10h"))
        wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="it to sleep")
        wait_for(lambda: "web sleeps (idle" in service.log.read_text(), what="the log to tell of it")
        service.kill()
        service.forget()
        strip(cluster, namespace, "web")
        before = cluster.objects.get(path_of(namespace, "web"))["metadata"]["generation"]

        service.start()
        service.apply(enforcing("idle", namespace, resume_after="10h"))
        wait_for(lambda: reconciled(service), what="a reconciliation")
        known = service.ask("history", f"{namespace}/web")
        assert known["temporal"]["hibernations"] == []
        assert known["outlook"]["untouched"]
        assert known["outlook"]["lastKnown"]["replicas"] == 3
        assert known["outlook"]["byHand"] == f"kubectl -n {namespace} scale deployment web --replicas 3"
        assert "3 replicas" in service.log.read_text()
        after = cluster.objects.get(path_of(namespace, "web"))
        assert (after["spec"]["replicas"], after["metadata"]["generation"]) == (0, before)
    finally:
        service.kill()


def strip(cluster: LocalCluster, namespace: str, name: str) -> None:
    path = path_of(namespace, name)
    carried = cluster.objects.get(path)["metadata"]["annotations"]
    ours = {key: None for key in carried if key.startswith(PREFIX)}
    cluster.objects.patch(path, {"metadata": {"annotations": ours}})


def reconciled(service: Service) -> bool:
    return bool(service.ask("status")["reconciliation"])
