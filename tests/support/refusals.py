"""What a cluster can refuse to do: admission policies, as a platform team might have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deployments import path_of, wait_for

from localcluster import ApiError, ObjectClient

_GROUP = "admissionregistration.k8s.io/v1"
_PLURALS = {
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}


@contextmanager
def scaling_refused(objects: ObjectClient, namespace: str, name: str) -> Iterator[None]:
    """An admission policy that refuses every scale in the namespace; it is tried on the Deployment of that name."""
    policy = f"no-scale-{namespace}"
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments/scale"]}
    specs: dict[str, dict[str, Any]] = {
        "ValidatingAdmissionPolicy": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": f"request.namespace != '{namespace}'", "message": "no"}],
        },
        "ValidatingAdmissionPolicyBinding": {"policyName": policy, "validationActions": ["Deny"]},
    }
    for kind, spec in specs.items():
        item = {"apiVersion": _GROUP, "kind": kind, "metadata": {"name": policy}, "spec": spec}
        objects.request("POST", f"/apis/{_GROUP}/{_PLURALS[kind]}", item)
    wait_for(lambda: _is_refused(objects, namespace, name), what="the admission policy to be in force")
    try:
        yield
    finally:
        for plural in reversed(_PLURALS.values()):
            objects.delete(f"/apis/{_GROUP}/{plural}/{policy}")
        wait_for(lambda: not _is_refused(objects, namespace, name), what="the admission policy to be gone")


def _is_refused(objects: ObjectClient, namespace: str, name: str) -> bool:
    """Asked without changing anything: the API server judges a dry run like the real thing."""
    try:
        objects.patch(f"{path_of(namespace, name)}/scale", {"spec": {"replicas": 1}}, dryRun="All")
    except ApiError:
        return True
    return False
