"""Traces of a whole service, which also encrypts what Temporal stores: one trace from a run to its writes."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from deployments import create_ready, deployment, replicas_of, wait_for
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from receivers import Receiver, receiving
from services import Service, enforcing

from localcluster import LocalCluster
from worker.temporal.connection import connect

pytestmark = [pytest.mark.cluster, pytest.mark.temporal]

NAMESPACE = "traces"


@dataclass
class Traced:
    """The service after a pause and a wake, and what the collector got."""

    service: Service
    collector: Receiver

    def each_span(self) -> Iterator[Span]:
        """All that the collector got."""
        for delivery in self.collector.got:
            for resource in ExportTraceServiceRequest.FromString(delivery.body).resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans

    def spans(self) -> dict[bytes, set[str]]:
        """The names of all spans, by trace."""
        found: dict[bytes, set[str]] = {}
        for span in self.each_span():
            found.setdefault(span.trace_id, set()).add(span.name)
        return found

    def clusters(self, name: str) -> set[str]:
        """What the spans of this name say which cluster they are about."""
        return {
            attribute.value.string_value
            for span in self.each_span()
            if span.name == name
            for attribute in span.attributes
            if attribute.key == "k8s.cluster.name"
        }


@pytest.fixture(scope="module")
def traced(cluster: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    folder = tmp_path_factory.mktemp("traces")
    (folder / "keys").mkdir()
    (folder / "keys" / "one").write_text(base64.b64encode(bytes(32)).decode())
    cluster.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    create_ready(cluster.objects, deployment(NAMESPACE, "web"))
    with receiving() as collector:
        service = Service(
            cluster.kubeconfig,
            folder,
            cluster="traces",
            FINOPS_OTLP_ENDPOINT=collector.url,
            FINOPS_PAYLOAD_KEYS=str(folder / "keys"),
        ).start()
        wait_for(lambda: service.ask("status")["worker"], what="the worker")
        service.apply(enforcing("traced", NAMESPACE, resume_after="1h"))
        wait_for(lambda: replicas_of(cluster.objects, NAMESPACE, "web") == 0, what="the pause")
        wait_for(lambda: service.ask("status")["asleep"], what="the status to show it")
        service.run("resume", f"{NAMESPACE}/web", "--wait", "--for", "1h")
        yield Traced(service, collector)
        service.stop()
        cluster.objects.delete(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments")


def test_one_trace_leads_from_the_run_to_the_writes_of_a_pause(traced: Traced) -> None:
    wanted = {
        "RunWorkflow:Enforcement",
        "RunActivity:judge_page",
        "list deployments",
        "RunActivity:start_hibernations",
        "RunWorkflow:Hibernation",
        "RunActivity:send_pause",
        "patch deployments",
        "patch deployments/scale",
    }
    wait_for(lambda: any(wanted <= names for names in traced.spans().values()), what="the whole trace")


@pytest.mark.parametrize("name", ["RunActivity:send_pause", "patch deployments/scale"])
def test_activities_and_their_requests_tell_the_cluster(traced: Traced, name: str) -> None:
    wait_for(lambda: traced.clusters(name) == {"traces"}, what="the span")


async def stored(service: Service) -> bytes:
    """Every payload that Temporal stores of the hibernations, one behind the other."""
    client = await connect(service.state, environment=service.environment)
    found: list[bytes] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("data"), str):
                found.append(base64.b64decode(value["data"]))
            value = list(value.values())
        for each in value if isinstance(value, list) else ():
            collect(each)

    async for each in client.list_workflows("WorkflowType = 'Hibernation'"):
        history = await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()
        collect(history.to_json_dict())
    return b"".join(found)


def test_a_whole_life_is_encrypted_where_there_are_keys(traced: Traced, cluster: LocalCluster) -> None:
    assert replicas_of(cluster.objects, NAMESPACE, "web") == 3
    payloads = asyncio.run(stored(traced.service))
    assert len(payloads) > 1_000
    assert b"pause_id" not in payloads
    assert b"resource_version" not in payloads


def test_history_and_savings_read_what_is_encrypted(traced: Traced) -> None:
    assert traced.service.ask("history", f"{NAMESPACE}/web")
    assert traced.service.ask("savings")
