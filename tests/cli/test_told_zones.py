"""Whatever command tells a time about what sleeps under a policy tells it in the policy's zone, beside a `finops run`
on a machine that has another one.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from deployments import annotations_of, create_ready, deployment, replicas_of, wait_for
from services import Service, enforcing

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

ZONE = "Asia/Kolkata"
TOLD = re.compile(r"\b[A-Z][a-z]{2} \d{2} [A-Z][a-z]{2}(?: \d{4})? \d{2}:\d{2} (\w+)")


@pytest.fixture
def service(cluster: LocalCluster, namespace: str, tmp_path: Path) -> Iterator[Service]:
    """`finops run` in UTC, with two Deployments that sleep in a window of another zone, and one that runs."""
    made = Service(cluster.kubeconfig, tmp_path, cluster="zones", TZ="UTC").start()
    create_ready(cluster.objects, *(deployment(namespace, name) for name in ("web", "api")))
    local = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    window = f"{{from: '{local - timedelta(hours=2):%a %H:%M}', to: '{local + timedelta(hours=8):%H:%M}'}}"
    made.apply(f"{enforcing('nights', namespace)}  schedule: {{timeZone: {ZONE}, asleep: [{window}]}}\n")
    wait_for(lambda: all(replicas_of(cluster.objects, namespace, name) == 0 for name in ("web", "api")))
    create_ready(cluster.objects, deployment(namespace, "runs", annotations={"finops.io/exclude": "true"}))
    yield made
    made.stop()


def test_every_time_about_a_workload_of_a_policy_is_in_the_policys_zone(service: Service, namespace: str) -> None:
    service.run("hold")
    told = {
        " ".join(command[:2]): TOLD.findall(service.run(*command).stdout)
        for command in (
            ("status",),
            ("explain", f"{namespace}/web"),
            ("history", f"{namespace}/web"),
            ("keep-awake", f"{namespace}/web", "--for", "1h"),
            ("keep-awake", f"{namespace}/runs", "--for", "1h"),
            ("resume", f"{namespace}/api", "--wait"),
            ("resume", f"{namespace}/runs", "--for", "2h"),
            ("history", f"{namespace}/api"),
            ("status", "--sort-by", "name"),
            ("release",),
        )
    }
    assert told.pop("release") == []
    assert {command: set(zones) for command, zones in told.items()} == {command: {"IST"} for command in told}


def test_also_by_hand_and_when_temporal_is_away_and_as_the_last_word(
    service: Service, cluster: LocalCluster, namespace: str
) -> None:
    service.run("resume", f"{namespace}/api", "--wait")
    assert TOLD.findall(service.run("pause", f"{namespace}/api", "--for", "2h").stdout) == ["IST"]
    service.run("keep-awake", f"{namespace}/runs", "--for", "1h")
    wait_for(lambda: "awake-until" in annotations_of(cluster.objects, namespace, "runs"), what="the note on it")
    service.stop()
    (goodbye,) = (line for line in service.log.read_text().splitlines() if "stay asleep" in line)
    assert TOLD.findall(goodbye) == ["IST"]
    away = service.run("status", "-n", namespace, succeeds=False).stdout
    assert "the first is due" in away
    assert "kept awake: 1" in away
    assert set(TOLD.findall(away)) == {"IST"}
    assert TOLD.findall(service.run("resume", f"{namespace}/web", "--direct").stdout) == ["IST"]
