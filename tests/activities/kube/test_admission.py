from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.kube.admission import AdmissionServices, read_admission_services
from activities.kube.transport import KubeTransport
from localcluster import LocalCluster
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


@pytest.mark.parametrize(
    ("candidate", "behind"),
    [
        pytest.param(workload("tools", app="hook", tier="a"), True, id="selected"),
        pytest.param(workload("tools", app="other"), False, id="other labels"),
        pytest.param(workload("shop", app="hook"), False, id="another namespace"),
    ],
)
def test_a_service_selects_by_labels_within_its_namespace(candidate: Workload, behind: bool) -> None:
    services = AdmissionServices({"tools": ({"app": "hook"},)})
    assert services.behind(candidate) is behind


def service(namespace: str, name: str, **selector: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"selector": selector, "ports": [{"port": 443}]},
    }


def webhook(namespace: str) -> dict[str, Any]:
    """One that never matches anything."""
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"{namespace}-hook"},
        "webhooks": [
            {
                "name": "hook.example.com",
                "clientConfig": {"service": {"namespace": namespace, "name": "hook"}},
                "rules": [
                    {
                        "apiGroups": ["example.com"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["nothings"],
                    }
                ],
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


@pytest.mark.cluster
def test_webhooks_apis_and_conversions_lead_to_what_serves_them(
    cluster: LocalCluster, as_service_account: Callable[..., KubeTransport], namespace: str
) -> None:
    items = [service(namespace, name, app=name) for name in ("hook", "api", "converter", "shop")]
    extensions = [webhook(namespace), api_service(namespace), definition(namespace)]
    cluster.objects.create_all(items + extensions)
    try:
        services = read_admission_services(as_service_account(*READING))
    finally:
        for path in (
            f"admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{namespace}-hook",
            f"apiregistration.k8s.io/v1/apiservices/v1.{namespace}.example.com",
            f"apiextensions.k8s.io/v1/customresourcedefinitions/things.{namespace}.example.org",
        ):
            cluster.objects.delete(f"/apis/{path}")
    assert services is not None
    behind = [name for name in ("hook", "api", "converter", "shop") if services.behind(workload(namespace, app=name))]
    assert behind == ["hook", "api", "converter"]


@pytest.mark.cluster
@pytest.mark.parametrize("missing", range(3))
def test_with_one_right_missing_it_is_unknown(as_service_account: Callable[..., KubeTransport], missing: int) -> None:
    rules = READING[:missing] + READING[missing + 1 :]
    assert read_admission_services(as_service_account(*rules)) is None
