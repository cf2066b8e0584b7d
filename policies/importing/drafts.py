"""What an import is made of and what comes of it. In doubt a workload is left running, and said so."""

from collections.abc import Iterable, Mapping
from typing import Any

from policies.annotations import EXCLUDE
from policies.keys import is_dns_label
from policies.models import Frozen
from policies.policy.document import API_VERSION, KIND, EnforcementPolicy
from policies.policy.parsing import parse_policy

_KEYS = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "k8s-app", "name")
"""Labels that tell Deployments apart, the usual ones first."""


class Foreign(Frozen):
    """A Namespace, a Deployment or an object of the other tool, as far as an import looks at it."""

    namespace: str = ""
    name: str
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    spec: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else f"namespace {self.name}"


class LeftOut(Frozen):
    """Something that could not be carried over: of what, where it stood, and why."""

    object: str
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.object}: {self.field}: {self.reason}"


class Draft(Frozen):
    """A policy, and what it comes from."""

    policy: EnforcementPolicy
    origin: str


class Imported(Frozen):
    """All that came of an import."""

    drafts: tuple[Draft, ...] = ()
    commands: tuple[str, ...] = ()
    """Lines to run that keep single workloads awake."""
    left_out: tuple[LeftOut, ...] = ()


def draft(name: str, scope: Mapping[str, Any], schedule: Mapping[str, Any], origin: str, **spec: Any) -> Draft:
    """A policy in DryRun, validated as any other one. Raises PolicyError."""
    document = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"name": name},
        "spec": {"mode": "DryRun", "scope": scope, "schedule": schedule, **spec},
    }
    return Draft(policy=parse_policy(document, file=origin), origin=origin)


def name_for(tool: str, namespaces: Iterable[str], taken: set[str]) -> str:
    """A name that no other draft has: of the one namespace it is about, else by number."""
    names = sorted(namespaces)
    wanted = f"{tool}-{names[0]}" if len(names) == 1 else tool
    number, found = 1, wanted if is_dns_label(wanted) else tool
    base = found
    while found in taken:
        number += 1
        found = f"{base}-{number}" if is_dns_label(f"{base}-{number}") else f"{tool}-{number}"
    taken.add(found)
    return found


def telling_label(one: Foreign, neighbours: Iterable[Foreign]) -> tuple[str, str] | None:
    """A label that this Deployment alone has in its namespace, or None."""
    others = [each.labels for each in neighbours if each.name != one.name]
    for key in (*(key for key in _KEYS if key in one.labels), *sorted(one.labels)):
        if all(labels.get(key) != one.labels[key] for labels in others):
            return key, one.labels[key]
    return None


def exclude(one: Foreign) -> str:
    """The command that keeps a Deployment awake."""
    return f"kubectl -n {one.namespace} annotate deployment {one.name} {EXCLUDE}=true"
