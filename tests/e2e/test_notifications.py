"""What people hear of a whole service, and that nothing of it holds a secret or waits for a receiver."""

import asyncio
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from receivers import Receiver, receiving
from services import Service, enforcing

from activities.messages.webhook import SIGNATURE
from localcluster import LocalCluster
from worker.ports import find_free_port
from worker.temporal.connection import connect

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

CANARY = "CANARY-7f3a"
NAMESPACE = "notifications"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/web"


@dataclass
class Heard:
    """The service after one pause and one wake, and what its receivers got."""

    service: Service
    port: int
    slack: Receiver
    webhook: Receiver
    seconds: float
    """From the apply to the pause, while Slack did not answer."""


@pytest.fixture(scope="module")
def heard(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    folder, port = tmp_path_factory.mktemp("notifications"), find_free_port()
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    create_ready(cluster.objects, deployment(NAMESPACE, "web"))
    with receiving() as slack, receiving() as webhook:
        slack.hangs.set()
        (folder / "slack").write_text(f"{slack.url}/services/{CANARY}\n")
        (folder / "key").write_text(f"{CANARY}\n")
        service = Service(
            cluster.kubeconfig,
            folder,
            cluster="notifications",
            FINOPS_METRICS_PORT=str(port),
            FINOPS_SLACK_WEBHOOK_FILE=str(folder / "slack"),
            FINOPS_WEBHOOK_URL=f"{webhook.url}/finops",
            FINOPS_WEBHOOK_KEY_FILE=str(folder / "key"),
            FINOPS_WEBHOOK_HOSTS="127.0.0.1",
            FINOPS_EVENTS="true",
            FINOPS_INSTANCE="",  # `finops run` makes one up, and its Events carry it
        ).start()
        wait_for(lambda: service.ask("status")["worker"], what="the worker")
        service.apply(enforcing("told", NAMESPACE, resume_after="1h"))
        began = time.monotonic()
        wait_for(lambda: replicas_of(cluster.objects, NAMESPACE, "web") == 0, what="the pause")
        seconds = time.monotonic() - began
        service.run("resume", f"{NAMESPACE}/web", "--wait", "--for", "1h")
        wait_for(lambda: len(events(cluster)) == 2, what="both Events")
        wait_for(lambda: bool(webhook.got and slack.got), what="the digest")
        yield Heard(service, port, slack, webhook, seconds)
        assert service.stop() == 0
        cluster.objects.delete(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")


def events(cluster: LocalCluster) -> list[dict[str, Any]]:
    """Ours, of that namespace."""
    listed = cluster.objects.list(f"/apis/events.k8s.io/v1/namespaces/{NAMESPACE}/events")
    return [item for item in listed if item.get("reportingController") == "finops.io/enforcer"]


def page(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    return connection.getresponse().read().decode()


async def histories(service: Service) -> str:
    """All that Temporal knows, as JSON."""
    client = await connect(service.state, environment=service.environment)
    return "".join(
        [(await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()).to_json()
         async for each in client.list_workflows("")]
    )  # fmt: skip


def test_a_run_that_paused_something_is_one_signed_digest(heard: Heard) -> None:
    digests = [each for each in heard.webhook.got if each.data["kind"] == "digest"]
    (first, *_) = digests
    assert first.data["policy"] == "told"
    assert {"name": "going to sleep", "value": "1"} in first.data["facts"]
    assert first.headers[SIGNATURE].startswith("sha256=")
    assert len(digests) == 1


def test_a_receiver_that_does_not_answer_delays_no_pause(heard: Heard) -> None:
    assert heard.seconds < 25
    assert heard.slack.got


def test_pause_and_wake_are_events_of_the_deployment(heard: Heard, cluster: LocalCluster) -> None:
    uid = cluster.objects.get(DEPLOYMENT)["metadata"]["uid"]
    told = {item["reason"]: item for item in events(cluster)}
    assert set(told) == {"Paused", "Resumed"}
    assert {item["regarding"]["uid"] for item in told.values()} == {uid}
    assert told["Resumed"]["note"] == "Awake with 3 replicas."
    assert told["Resumed"]["reportingInstance"].startswith("local-")


def test_no_secret_is_in_a_log_a_metric_a_history_an_event_or_a_message(heard: Heard, cluster: LocalCluster) -> None:
    places = {
        "log": heard.service.log.read_text(),
        "metrics": page(heard.port),
        "histories": asyncio.run(histories(heard.service)),
        "events": json.dumps(events(cluster)),
        "messages": "".join(each.body.decode() for each in (*heard.slack.got, *heard.webhook.got)),
    }
    assert [name for name, text in places.items() if CANARY in text] == []
    assert all(len(text) > 100 for text in places.values())
