"""One part of an installation is bad: status, doctor, log and metric name it, and all else goes on."""

import asyncio
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from services import Service, enforcing
from tables import rows
from temporalio.client import Client

from activities.policy_sources.files import PolicyDirectory
from localcluster import LocalCluster
from policies.names import reconcile_id
from worker.ports import find_free_port
from worker.temporal.schedules import run_soon

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

PROMETHEUS = {"FINOPS_PROMETHEUS_URL": "https://prometheus.invalid:9090"}
OPENCOST = {"FINOPS_OPENCOST_URL": "http://127.0.0.1:1"}
WEBHOOK = {"FINOPS_WEBHOOK_URL": "http://127.0.0.1:1/hook", "FINOPS_WEBHOOK_HOSTS": "127.0.0.1"}
DIGESTED = enforcing("one-more", "{other}")
"""It puts somebody to sleep, and people are to hear of that."""


@dataclass(frozen=True)
class Bad:
    """What is wrong, as somebody sets it, and what is said of it. `{folder}` is a folder with a file of garbage."""

    part: str
    says: str
    settings: dict[str, str] = field(default_factory=dict)
    checked_as: str = ""
    """The check of doctor, where it asks for itself."""
    policy: str = ""
    """The text of one more; `{other}` is a namespace in which something runs."""


BAD = {
    "no price list": Bad("costs", "missing.yaml: cannot be read", {"FINOPS_PRICES": "{folder}/missing.yaml"}, "costs"),
    "garbage for prices": Bad("costs", "garbage", {"FINOPS_PRICES": "{folder}/garbage"}, "costs"),
    "no OpenCost": Bad("costs", "gives no answer", OPENCOST, "costs"),
    "no CA": Bad(
        "idleness",
        "missing.pem: cannot be used",
        PROMETHEUS | {"FINOPS_PROMETHEUS_CA_FILE": "{folder}/missing.pem"},
        "idleness",
    ),
    "garbage for a CA": Bad(
        "idleness",
        "garbage: cannot be used",
        PROMETHEUS | {"FINOPS_PROMETHEUS_CA_FILE": "{folder}/garbage"},
        "idleness",
    ),
    "no token": Bad(
        "idleness",
        "credentials cannot be read",
        PROMETHEUS | {"FINOPS_PROMETHEUS_TOKEN_FILE": "{folder}/missing"},
        "idleness",
    ),
    "a proxy that is none": Bad(
        "idleness", "the proxy in HTTPS_PROXY", PROMETHEUS | {"ALL_PROXY": "socks5://127.0.0.1:1"}, "idleness"
    ),
    "garbage for NO_PROXY": Bad("idleness", "gives no answer", PROMETHEUS | {"NO_PROXY": "fd00::/8,]["}, "idleness"),
    "garbage for the CAs of all": Bad(
        "idleness", "garbage: cannot be used", PROMETHEUS | {"SSL_CERT_FILE": "{folder}/garbage"}, "idleness"
    ),
    "a policy that is none": Bad(
        "policies",
        "Enfroce",
        policy=enforcing("one-more", "nowhere").replace("Enforce", "Enfroce"),
        checked_as="policies",
    ),
    "nobody at the receiver": Bad("messages", "are not delivered", WEBHOOK, policy=DIGESTED),
    "no secret of a receiver": Bad(
        "messages", "are not delivered", {"FINOPS_SLACK_WEBHOOK_FILE": "{folder}/missing"}, policy=DIGESTED
    ),
}


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


@pytest.mark.parametrize("bad", rows(BAD, "no price list", "a policy that is none"))
def test_a_bad_part_is_named_everywhere_and_people_pause_and_wake_all_the_same(
    bad: Bad,
    cluster: LocalCluster,
    temporal: str,
    namespace: str,
    fresh_namespace: Callable[[], str],
    folder: Path,
    made: list[Service],
) -> None:
    other = fresh_namespace()
    create_ready(cluster.objects, deployment(namespace, "web", replicas=2), deployment(other, "idle"))
    port = find_free_port()
    service = Service(
        cluster.kubeconfig,
        folder,
        cluster=f"bad-{namespace}",
        interval="5s",
        TEMPORAL_ADDRESS=temporal,
        FINOPS_METRICS_PORT=str(port),
        **{name: value.replace("{folder}", str(folder)) for name, value in bad.settings.items()},
    )
    made.append(service)
    asking_all = enforcing("asking-all", f"{namespace}-none") + "  idleWindow: 48h\n"
    write_policy(service, "asking-all", asking_all)
    if bad.policy:
        write_policy(service, "one-more", bad.policy.replace("{other}", other))
    service.start_worker()
    assert not service.ended, service.log.read_text()

    service.run("pause", f"{namespace}/web", "--for", "8h")
    wait_for(lambda: replicas_of(cluster.objects, namespace, "web") == 0, what="the pause")
    wait_for(lambda: bad.says in troubles(service, temporal).get(bad.part, ""), what=f"{bad.part} in status")
    assert bad.says in " ".join(service.run("status").stdout.split())
    assert f'finops_part_in_trouble{{cluster="bad-{namespace}",part="{bad.part}"}} 1.0' in metrics(port)
    assert bad.says in service.log.read_text()
    checks = service.ask_anyway("doctor")["checks"] if bad.checked_as else service.ask("doctor")["checks"]
    if bad.checked_as:
        failed = [each["sentence"] for each in checks if (each["subject"], each["level"]) == (bad.checked_as, "fail")]
        assert any(bad.says in sentence for sentence in failed)
    of_the_worker = {each["subject"]: each["level"] for each in checks if each["subject"].endswith(" of the worker")}
    assert of_the_worker == {f"{bad.part} of the worker": "warn", "sight of the worker": "ok"}

    service.run("plan")
    service.run("resume", f"{namespace}/web", "--wait")
    assert replicas_of(cluster.objects, namespace, "web") == 2
    service.run("resume", f"{namespace}/web", "--direct", "--yes")
    assert "Traceback" not in service.log.read_text()


def write_policy(service: Service, name: str, text: str) -> None:
    """As a pipeline does, without asking whether it is one."""
    PolicyDirectory(service.state.policies).prepare()
    (service.state.policies / f"{name}.yaml").write_text(text)


def troubles(service: Service, temporal: str) -> dict[str, str]:
    """What status tells of the last reconciliation, once one more is asked for."""

    async def reconcile() -> None:
        await run_soon(await Client.connect(temporal), reconcile_id(service.cluster))

    asyncio.run(reconcile())
    found: dict[str, str] = (service.ask("status")["reconciliation"] or {}).get("troubles", {})
    return found


def metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text: str = answer.read().decode()
    return text
