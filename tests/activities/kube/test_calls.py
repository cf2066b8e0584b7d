"""Which path is asked for by somebody who looks into one namespace alone."""

import pytest

from activities.kube.calls import narrowed


@pytest.mark.parametrize(
    ("whole", "inside"),
    [
        ("/apis/apps/v1/deployments", "/apis/apps/v1/namespaces/dev/deployments"),
        ("/api/v1/pods", "/api/v1/namespaces/dev/pods"),
        ("/apis/keda.sh/v1alpha1/scaledobjects", "/apis/keda.sh/v1alpha1/namespaces/dev/scaledobjects"),
        ("/apis/apps/v1/namespaces/test/replicasets", "/apis/apps/v1/namespaces/test/replicasets"),
        ("/api/v1/nodes", "/api/v1/nodes"),
        ("/apis/finops.io/v1alpha1/enforcementpolicies", "/apis/finops.io/v1alpha1/enforcementpolicies"),
        ("/apis/gateway.networking.k8s.io/v1/httproutes", "/apis/gateway.networking.k8s.io/v1/httproutes"),
    ],
)
def test_what_lives_in_namespaces_is_listed_of_one_and_all_else_as_ever(whole: str, inside: str) -> None:
    assert narrowed(whole, "dev") == inside
    assert narrowed(whole, None) == whole
