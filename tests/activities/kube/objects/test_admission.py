from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cases import policy, surroundings
from deployments import create_ready, deployment, replicas_of, wait_for
from temporalio.testing import ActivityEnvironment

from activities.alerts.refusals import Refusals
from activities.clocks import Clocks
from activities.errors import KubernetesError, OutcomeUnknown
from activities.hibernation.orders import WriteOutcome
from activities.hibernation.writes import WriteActivities
from activities.kube.objects.admission import FRESH_FOR, BackendReader, Called
from activities.kube.objects.namespaces import NamespaceReader
from activities.kube.transport import KubeTransport
from activities.kube.workloads.workloads import Workloads
from activities.snapshot import Snapshot
from localcluster import LocalCluster
from policies.annotations import PauseRecord
from policies.keys import WorkloadKey
from policies.sleep.actions import SendPause
from policies.workload import Workload, WorkloadRef

READING = (
    {
        "apiGroups": ["admissionregistration.k8s.io"],
        "resources": ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
        "verbs": ["list"],
    },
    {"apiGroups": ["apiregistration.k8s.io"], "resources": ["apiservices"], "verbs": ["list"]},
    {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["services"], "verbs": ["get"]},
)


def workload(namespace: str, **labels: str) -> Workload:
    return Workload(
        ref=WorkloadRef(namespace=namespace, name="hook"),
        resource_version="1",
        replicas=1,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        template_labels=labels,
    )


def service(namespace: str, name: str, **selector: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"selector": selector, "ports": [{"port": 443}]},
    }


def webhook(namespace: str, *resources: str) -> dict[str, Any]:
    """One that is asked about these resources in its own namespace; without any, never."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"{namespace}-hook"},
        "webhooks": [
            {
                "name": f"hook.{namespace}.example.com",
                "clientConfig": {"service": {"namespace": namespace, "name": "hook"}},
                "rules": [
                    {
                        "apiGroups": ["apps"] if resources else ["example.com"],
                        "apiVersions": ["v1"],
                        "operations": ["*"],
                        "resources": list(resources) or ["nothings"],
                    }
                ],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            }
        ],
    }


def api_service(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"v1.{namespace}.example.com"},
        "spec": {
            "group": f"{namespace}.example.com",
            "version": "v1",
            "groupPriorityMinimum": 1,
            "versionPriority": 1,
            "service": {"namespace": namespace, "name": "api"},
        },
    }


def definition(namespace: str) -> dict[str, Any]:
    group = f"{namespace}.example.org"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Thing", "plural": "things"},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
            "conversion": {
                "strategy": "Webhook",
                "webhook": {
                    "conversionReviewVersions": ["v1"],
                    "clientConfig": {"service": {"namespace": namespace, "name": "converter"}},
                },
            },
        },
    }


@pytest.fixture
def extend(cluster: LocalCluster, namespace: str) -> Iterator[Callable[..., None]]:
    """Puts things in front of the API server, which are gone after the test."""
    made: list[str] = []
    plurals = {
        "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
        "APIService": "apiservices",
        "CustomResourceDefinition": "customresourcedefinitions",
    }

    def put(*items: dict[str, Any]) -> None:
        for item in items:
            cluster.objects.create(item)
            made.append(f"/apis/{item['apiVersion']}/{plurals[item['kind']]}/{item['metadata']['name']}")

    yield put
    for path in made:
        cluster.objects.delete(path)


@pytest.mark.cluster
def test_webhooks_apis_and_conversions_lead_to_what_serves_them(
    cluster: LocalCluster,
    as_service_account: Callable[..., KubeTransport],
    namespace: str,
    extend: Callable[..., None],
) -> None:
    cluster.objects.create_all([service(namespace, name, app=name) for name in ("hook", "api", "converter", "shop")])
    extend(webhook(namespace), api_service(namespace), definition(namespace))
    read = BackendReader(as_service_account(*READING)).read()
    assert read.complete
    found = {app: read.backends.behind(workload(namespace, app=app)) for app in ("hook", "api", "converter", "shop")}
    assert {app: backend.because if backend else None for app, backend in found.items()} == {
        "hook": f"validating webhook hook.{namespace}.example.com leads to it",
        "api": f"APIService v1.{namespace}.example.com leads to it",
        "converter": f"the conversion of things.{namespace}.example.org leads to it",
        "shop": None,
    }


@pytest.mark.cluster
@pytest.mark.parametrize("missing", range(3))
def test_with_one_right_missing_it_is_not_complete_and_the_others_are_seen(
    cluster: LocalCluster,
    as_service_account: Callable[..., KubeTransport],
    namespace: str,
    extend: Callable[..., None],
    missing: int,
) -> None:
    names = ("hook", "api", "converter")
    cluster.objects.create_all([service(namespace, name, app=name) for name in names])
    extend(webhook(namespace), api_service(namespace), definition(namespace))
    read = BackendReader(as_service_account(*READING[:missing], *READING[missing + 1 :])).read()
    assert not read.complete
    unseen = [name for name in names if read.backends.behind(workload(namespace, app=name)) is None]
    assert unseen == [names[missing]]


@pytest.mark.cluster
def test_without_the_right_to_read_services_all_of_the_namespace_is_protected(
    as_service_account: Callable[..., KubeTransport], namespace: str, extend: Callable[..., None]
) -> None:
    extend(webhook(namespace))
    read = BackendReader(as_service_account(*READING[:3])).read()
    backend = read.backends.behind(workload(namespace, app="anything"))
    assert backend is not None
    assert backend.because.startswith(f"validating webhook hook.{namespace}.example.com leads into its namespace")


def named(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    return service(namespace, name) | {"spec": {"ports": [{"port": 7233}], **spec}}


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("address", "labels", "is_protected"),
    [
        pytest.param("prometheus.{}", {"app": "prometheus"}, True, id="its Service's pods"),
        pytest.param("prometheus.{}", {"app": "web"}, False, id="and no others"),
        pytest.param("prometheus.{}.svc.cluster.local", {"app": "prometheus"}, True, id="by its long name"),
        pytest.param("alias.{}", {"app": "prometheus"}, True, id="by another name"),
        pytest.param("by-hand.{}", {"app": "web"}, True, id="a Service without a selector may lead to anything"),
        pytest.param("missing.{}", {"app": "web"}, False, id="no such Service"),
    ],
)
def test_what_an_address_of_the_settings_leads_to_is_protected(
    cluster: LocalCluster,
    transport: KubeTransport,
    namespace: str,
    address: str,
    labels: dict[str, str],
    is_protected: bool,
) -> None:
    cluster.objects.create_all(
        [
            named(namespace, "prometheus", selector={"app": "prometheus"}),
            named(namespace, "alias", type="ExternalName", externalName=f"prometheus.{namespace}.svc.cluster.local"),
            named(namespace, "by-hand"),
        ]
    )
    called = Called(address.format(namespace), "FINOPS_PROMETHEUS_URL")
    backend = BackendReader(transport, lambda: [called]).read().backends.behind(workload(namespace, **labels))
    assert (backend is not None) is is_protected


@pytest.mark.cluster
def test_the_address_of_a_service_by_number_leads_to_it_too(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    cluster.objects.create(named(namespace, "opencost", selector={"app": "opencost"}))
    spec = cluster.objects.get(f"/api/v1/namespaces/{namespace}/services/opencost")["spec"]
    reader = BackendReader(transport, lambda: [Called(spec["clusterIP"], "FINOPS_OPENCOST_URL")])
    assert reader.read().backends.behind(workload(namespace, app="opencost")) is not None


@pytest.mark.cluster
def test_all_of_the_namespace_that_temporal_is_in_is_protected(
    cluster: LocalCluster, transport: KubeTransport, namespace: str
) -> None:
    cluster.objects.create(named(namespace, "temporal-frontend", selector={"app": "frontend"}))
    called = Called(f"temporal-frontend.{namespace}", "TEMPORAL_ADDRESS", whole_namespace=True)
    backends = BackendReader(transport, lambda: [called]).read().backends
    assert all(backends.behind(workload(namespace, app=app)) for app in ("frontend", "history", "postgresql"))


@pytest.mark.cluster
def test_a_pause_knows_what_was_put_in_front_of_the_api_server_since_its_evaluation(
    cluster: LocalCluster,
    workloads: Workloads,
    transport: KubeTransport,
    namespace: str,
    extend: Callable[..., None],
) -> None:
    seconds = iter((0.0, FRESH_FOR))
    reader = BackendReader(transport, clock=lambda: next(seconds))
    create_ready(cluster.objects, deployment(namespace, "hook", replicas=2))
    judged = workloads.read(WorkloadKey(namespace, "hook"))
    assert judged is not None
    assert reader.read().backends.behind(judged) is None
    cluster.objects.create(service(namespace, "hook", **judged.template_labels))
    extend(webhook(namespace))
    outcome = send_pause(workloads, reader, judged)
    assert (outcome.result, outcome.landed) == ("refused", 1)
    assert f"validating webhook hook.{namespace}.example.com leads to it" in outcome.sentence
    assert replicas_of(cluster.objects, namespace, "hook") == 2


@pytest.mark.cluster
def test_nothing_is_written_where_nobody_can_say_what_must_not_sleep(
    cluster: LocalCluster, workloads: Workloads, connect: Callable[..., KubeTransport], namespace: str
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    judged = workloads.read(WorkloadKey(namespace, "web"))
    assert judged is not None
    outcome = send_pause(workloads, BackendReader(connect("http://127.0.0.1:9")), judged)
    assert (outcome.result, outcome.landed) == ("not-sent", 0)
    assert "what must not sleep cannot be read" in outcome.sentence


@pytest.mark.cluster
def test_a_scale_that_a_sleeping_webhook_stands_before_names_that_webhook(
    cluster: LocalCluster, workloads: Workloads, namespace: str, extend: Callable[..., None]
) -> None:
    create_ready(cluster.objects, deployment(namespace, "web"))
    cluster.objects.create(service(namespace, "hook", app="hook"))
    extend(webhook(namespace, "deployments/scale"))

    def refusal() -> KubernetesError | None:
        fresh = workloads.read(WorkloadKey(namespace, "web"))
        assert fresh is not None
        try:
            workloads.give_back(fresh.ref, fresh.resource_version, fresh.replicas)
        except KubernetesError as error:
            return error
        return None

    wait_for(lambda: isinstance(refusal(), OutcomeUnknown), what="the webhook to be asked")
    error = refusal()
    assert isinstance(error, OutcomeUnknown)
    assert error.webhook == f"hook.{namespace}.example.com"
    assert f"cannot ask admission webhook hook.{namespace}.example.com (500)" in str(error)


def send_pause(workloads: Workloads, reader: BackendReader, judged: Workload) -> WriteOutcome:
    """W1 and W2 under what the reader knows, all else being in order."""
    now = datetime.now(UTC)
    activities = WriteActivities(
        workloads,
        lambda: Snapshot(read_at=now, policies=(policy(),)),
        lambda: surroundings(backends=reader.read().backends),
        lambda _: NamespaceReader(),
        Clocks(lambda: now, own_clock=lambda: now),
        Refusals(),
    )
    environment = ActivityEnvironment()
    environment.info = replace(ActivityEnvironment.default_info(), started_time=now)
    order = SendPause(
        ref=judged.ref,
        resource_version=judged.resource_version,
        record=PauseRecord(
            pause_id="p", instance="me", policy="idle-dev", paused_at=now, original_replicas=judged.replicas
        ),
        not_after=now + timedelta(minutes=10),
    )
    outcome: WriteOutcome = environment.run(activities.send_pause, order)
    return outcome
