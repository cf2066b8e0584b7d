"""What is protected by where it runs, and by who calls it."""

import pytest
from cases import surroundings, workload

from policies.checks import protection_of
from policies.checks.backends import Backend, Backends
from policies.checks.platforms import SHIPPED_PROTECTED

HOOK = Backend(namespace="tools", selector={"app": "hook"}, because="validating webhook x leads to it")
ANYTHING = Backend(namespace="dev-x", because="TEMPORAL_ADDRESS leads into its namespace")


@pytest.mark.parametrize(
    ("namespace", "labels", "because"),
    [
        pytest.param("tools", {"app": "hook", "tier": "a"}, HOOK.because, id="selected"),
        pytest.param("tools", {"app": "other"}, None, id="other labels"),
        pytest.param("shop", {"app": "hook"}, None, id="another namespace"),
        pytest.param("dev-x", {"app": "any"}, ANYTHING.because, id="a namespace of which nobody can tell"),
    ],
)
def test_what_others_call_is_protected(namespace: str, labels: dict[str, str], because: str | None) -> None:
    around = surroundings(backends=Backends.of([HOOK, ANYTHING]))
    assert protection_of(workload(namespace=namespace, template_labels=labels), around) == because


@pytest.mark.parametrize(
    "namespace",
    [
        "longhorn-system",
        "longhorn",
        "rook-ceph",
        "openebs",
        "calico-system",
        "calico-apiserver",
        "cilium",
        "cilium-secrets",
        "metallb-system",
        "ingress-nginx",
        "traefik",
        "contour",
        "projectcontour",
        "haproxy-controller",
        "istio-system",
        "istio-ingress",
        "velero",
        "openshift-ingress",
        "gke-managed-system",
        "azure-arc",
        "cattle-monitoring-system",
        "cert-manager",
        "any-operator-system",
    ],
)
def test_common_platforms_are_protected_as_shipped(namespace: str) -> None:
    around = surroundings(protected_namespaces=SHIPPED_PROTECTED)
    assert protection_of(workload(namespace=namespace), around) is not None


@pytest.mark.parametrize("namespace", ["dev-shop", "preview-142", "staging", "system", "payments", "team-a", "default"])
def test_ordinary_names_are_not(namespace: str) -> None:
    around = surroundings(protected_namespaces=SHIPPED_PROTECTED)
    assert protection_of(workload(namespace=namespace), around) is None


@pytest.mark.parametrize(
    ("namespace", "is_protected"), [("order-system", False), ("kube-system", True), ("finops-enforcer", True)]
)
def test_a_name_can_be_taken_out_but_neither_the_clusters_own_nor_ours(namespace: str, is_protected: bool) -> None:
    around = surroundings(
        protected_namespaces=SHIPPED_PROTECTED,
        unprotected_namespaces=("order-system", "kube-system", "finops-enforcer"),
        own_namespaces=("finops-enforcer",),
    )
    assert (protection_of(workload(namespace=namespace), around) is not None) is is_protected
