"""What a cluster can refuse to do: admission policies, as a platform team might have them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from deployments import path_of, wait_for

from localcluster import ApiError, ObjectClient

_GROUP = "admissionregistration.k8s.io/v1"
_PLURALS = {
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}


def scaling_refused(objects: ObjectClient, namespace: str, name: str) -> AbstractContextManager[None]:
    """An admission policy that refuses every scale in the namespace; it is tried on the Deployment of that name."""
    probe = partial(objects.patch, f"{path_of(namespace, name)}/scale", {"spec": {"replicas": 1}}, dryRun="All")
    return _refused(objects, f"no-scale-{namespace}", "deployments/scale", f"request.namespace != '{namespace}'", probe)


def records_refused(objects: ObjectClient, namespace: str, name: str) -> AbstractContextManager[None]:
    """One that refuses every write to the Deployment that leaves the recorded count as it is."""
    key = "'finops.io/original-replicas'"
    changed = f"object.metadata.annotations[{key}] != oldObject.metadata.annotations[{key}]"
    probe = partial(objects.patch, path_of(namespace, name), {"metadata": {"labels": {"touched": "yes"}}}, dryRun="All")
    applies = f"request.namespace != '{namespace}' || request.name != '{name}'"
    return _refused(objects, f"no-record-{namespace}", "deployments", f"{applies} || {changed}", probe)


def annotations_refused(objects: ObjectClient, namespace: str, name: str) -> AbstractContextManager[None]:
    """One that refuses every write to the Deployments of the namespace but scaling: a change freeze."""
    probe = partial(objects.patch, path_of(namespace, name), {"metadata": {"labels": {"touched": "yes"}}}, dryRun="All")
    return _refused(objects, f"freeze-{namespace}", "deployments", f"request.namespace != '{namespace}'", probe)


@contextmanager
def scaling_changed(objects: ObjectClient, namespace: str, name: str, counts: str = "== 0") -> Iterator[None]:
    """An admission policy that refuses nothing: who scales to such a count in the namespace gets one replica."""
    policy = f"always-one-{namespace}"
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments/scale"]}
    asked = "(has(object.spec.replicas) ? object.spec.replicas : 0)"
    concerned = f"request.namespace == '{namespace}' && {asked} {counts}"
    one = '[JSONPatch{op: "add", path: "/spec/replicas", value: 1}]'
    specs: dict[str, dict[str, Any]] = {
        "MutatingAdmissionPolicy": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {"resourceRules": [rule]},
            "matchConditions": [{"name": "concerned", "expression": concerned}],
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": one}}],
        },
        "MutatingAdmissionPolicyBinding": {"policyName": policy},
    }
    plurals = ("mutatingadmissionpolicies", "mutatingadmissionpolicybindings")
    for plural, (kind, spec) in zip(plurals, specs.items(), strict=True):
        item = {"apiVersion": _GROUP, "kind": kind, "metadata": {"name": policy}, "spec": spec}
        objects.request("POST", f"/apis/{_GROUP}/{plural}", item)

    def is_in_force() -> bool:
        path, change = f"{path_of(namespace, name)}/scale", {"spec": {"replicas": 0}}
        replicas: object = objects.patch(path, change, dryRun="All")["spec"].get("replicas")
        return replicas == 1

    wait_for(is_in_force, what="the admission policy to be in force")
    try:
        yield
    finally:
        for plural in reversed(plurals):
            objects.delete(f"/apis/{_GROUP}/{plural}/{policy}")


@contextmanager
def _refused(
    objects: ObjectClient, policy: str, resource: str, expression: str, probe: Callable[[], object]
) -> Iterator[None]:
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": [resource]}
    specs: dict[str, dict[str, Any]] = {
        "ValidatingAdmissionPolicy": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": expression, "message": "no"}],
        },
        "ValidatingAdmissionPolicyBinding": {"policyName": policy, "validationActions": ["Deny"]},
    }
    for kind, spec in specs.items():
        item = {"apiVersion": _GROUP, "kind": kind, "metadata": {"name": policy}, "spec": spec}
        objects.request("POST", f"/apis/{_GROUP}/{_PLURALS[kind]}", item)
    wait_for(lambda: _is_refused(probe), what="the admission policy to be in force")
    try:
        yield
    finally:
        for plural in reversed(_PLURALS.values()):
            objects.delete(f"/apis/{_GROUP}/{plural}/{policy}")
        wait_for(lambda: not _is_refused(probe), what="the admission policy to be gone")


def _is_refused(probe: Callable[[], object]) -> bool:
    """Asked without changing anything: the API server judges a dry run like the real thing."""
    try:
        probe()
    except ApiError:
        return True
    return False
