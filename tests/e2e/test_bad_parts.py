"""One part of an installation is bad: it is named, and all else goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from services import Service

from localcluster import LocalCluster

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

PROMETHEUS = {"FINOPS_PROMETHEUS_URL": "https://prometheus.invalid:9090"}
OPENCOST = {"FINOPS_OPENCOST_URL": "http://127.0.0.1:1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "garbage").write_text("{[")
    return tmp_path


@pytest.fixture
def made(folder: Path) -> Iterator[list[Service]]:
    services: list[Service] = []
    yield services
    for service in services:
        service.stop()


@pytest.mark.parametrize(
    ("settings", "subject", "says"),
    [
        ({"FINOPS_PRICES": "{folder}/missing.yaml"}, "costs", "missing.yaml: cannot be read"),
        ({"FINOPS_PRICES": "{folder}/garbage"}, "costs", "garbage"),
        (OPENCOST, "costs", "gives no answer"),
        (PROMETHEUS | {"FINOPS_PROMETHEUS_CA_FILE": "{folder}/missing.pem"}, "idleness", "missing.pem: cannot be used"),
        (PROMETHEUS | {"FINOPS_PROMETHEUS_CA_FILE": "{folder}/garbage"}, "idleness", "garbage: cannot be used"),
        (PROMETHEUS | {"FINOPS_PROMETHEUS_TOKEN_FILE": "{folder}/missing"}, "idleness", "credentials cannot be read"),
        (PROMETHEUS | {"ALL_PROXY": "socks5://127.0.0.1:1"}, "idleness", "the proxy in HTTPS_PROXY"),
        (PROMETHEUS | {"NO_PROXY": "fd00::/8,]["}, "idleness", "gives no answer"),
        (PROMETHEUS | {"SSL_CERT_FILE": "{folder}/garbage"}, "idleness", "garbage: cannot be used"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_a_bad_part_is_named_and_people_pause_and_wake_all_the_same(
    settings: dict[str, str],
    subject: str,
    says: str,
    cluster: LocalCluster,
    temporal: str,
    namespace: str,
    folder: Path,
    made: list[Service],
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web", replicas=2))
    placed = {name: value.replace("{folder}", str(folder)) for name, value in settings.items()}
    service = Service(
        cluster.kubeconfig, folder, cluster=f"bad-{namespace}", interval="1h", TEMPORAL_ADDRESS=temporal, **placed
    )
    made.append(service)
    service.start_worker()
    assert not service.ended, service.log.read_text()
    service.run("pause", f"{namespace}/web", "--for", "8h")
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="the pause")
    named = [each for each in service.ask_anyway("doctor")["checks"] if each["subject"] == subject]
    assert [each["level"] for each in named] == ["fail"]
    assert says in named[0]["sentence"]
    service.run("plan")
    service.run("resume", f"{namespace}/web", "--wait")
    assert replicas_of(cluster.objects, namespace, "web") == 2
    service.run("resume", f"{namespace}/web", "--direct", "--yes")
    assert "Traceback" not in service.log.read_text()
