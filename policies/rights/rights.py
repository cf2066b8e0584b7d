"""The rights in a cluster: what is needed, what helps and what is not known without it, and what no identity should
have.

One table, which doctor, plan, explain, status and a worker's start read, and which the chart's role is held against.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from policies.kinds import KINDS, Kind
from policies.rights.blindness import (
    AUTOSCALERS,
    BACKENDS,
    BUDGETS,
    COPIES,
    CRON_JOBS,
    DEFINITION,
    EVENTS,
    IDENTITY,
    NAMESPACES,
    NODES,
    PODS,
    POLICIES,
    ROUTES,
    SERVICES,
    STATUSES,
    Blindness,
    Use,
)


class Need(StrEnum):
    """What a right is to us."""

    NEEDED = "needed"
    OPTIONAL = "optional"
    SURPLUS = "surplus"


@dataclass(frozen=True)
class Right:
    """A verb on a resource, in all namespaces unless one is named."""

    name: str
    verb: str
    resource: str
    group: str = ""
    kind: Need = Need.NEEDED
    namespace: str = ""
    subresource: str = ""
    object_name: str = ""
    without: Blindness | None = field(default=None, repr=False)
    """Of an optional right."""
    allowed: bool = False

    def __str__(self) -> str:
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {resource}" + (f".{self.group}" if self.group else "")


def _helps(
    name: str,
    verb: str,
    resource: str,
    without: Blindness,
    group: str = "",
    *,
    namespace: str = "",
    subresource: str = "",
    object_name: str = "",
) -> Right:
    return Right(name, verb, resource, group, Need.OPTIONAL, namespace, subresource, object_name, without)


_ADMISSION, _CRDS = "admissionregistration.k8s.io", "apiextensions.k8s.io"


def _rights_to(kind: Kind) -> Iterator[Right]:
    """What finding, pausing and waking workloads of a kind takes."""
    yield Right(f"list {kind.title}s", "list", kind.resource, kind.group)
    yield Right(f"read a {kind.title}", "get", kind.resource, kind.group)
    yield Right(f"annotate {kind.title}s", "patch", kind.resource, kind.group)
    yield Right(f"scale {kind.title}s", "patch", kind.resource, kind.group, subresource=kind.sleep().subresource)


def _surplus_to(kind: Kind) -> Iterator[Right]:
    yield Right(f"delete {kind.title}s", "delete", kind.resource, kind.group, Need.SURPLUS)
    yield Right(f"create {kind.title}s", "create", kind.resource, kind.group, Need.SURPLUS)
    yield Right(f"replace {kind.title}s", "update", kind.resource, kind.group, Need.SURPLUS)


RIGHTS = (
    *(right for kind in KINDS for right in _rights_to(kind)),
    _helps("recognise the cluster", "get", "services", IDENTITY, namespace="default", object_name="kubernetes"),
    _helps("find copies of records", "list", "replicasets", COPIES, "apps"),
    _helps("see autoscalers", "list", "horizontalpodautoscalers", AUTOSCALERS, "autoscaling"),
    _helps("see KEDA's autoscalers", "list", "scaledobjects", AUTOSCALERS, "keda.sh"),
    _helps("read what Namespaces say", "list", "namespaces", NAMESPACES),
    _helps("protect validating webhooks", "list", "validatingwebhookconfigurations", BACKENDS, _ADMISSION),
    _helps("protect mutating webhooks", "list", "mutatingwebhookconfigurations", BACKENDS, _ADMISSION),
    _helps("protect aggregated APIs", "list", "apiservices", BACKENDS, "apiregistration.k8s.io"),
    _helps("protect CRD conversions", "list", "customresourcedefinitions", BACKENDS, _CRDS),
    _helps("find what serves them", "get", "services", SERVICES),
    _helps("measure idleness, and price pods by node", "list", "pods", PODS),
    _helps("tell whose requests an ingress counts", "list", "services", ROUTES),
    _helps("tell whose requests a gateway counts", "list", "httproutes", ROUTES, "gateway.networking.k8s.io"),
    _helps("price nodes by label", "list", "nodes", NODES),
    _helps("read policies in the cluster", "list", "enforcementpolicies", POLICIES, "finops.io"),
    _helps("tell how they are", "patch", "enforcementpolicies", STATUSES, "finops.io", subresource="status"),
    _helps(
        "see how old their CRD is",
        "get",
        "customresourcedefinitions",
        DEFINITION,
        _CRDS,
        object_name="enforcementpolicies.finops.io",
    ),
    _helps("write Kubernetes Events", "create", "events", EVENTS, "events.k8s.io"),
    _helps("warn of CronJobs", "list", "cronjobs", CRON_JOBS, "batch"),
    _helps("warn of PodDisruptionBudgets", "list", "poddisruptionbudgets", BUDGETS, "policy"),
    *(right for kind in KINDS for right in _surplus_to(kind)),
    Right("read Secrets", "get", "secrets", kind=Need.SURPLUS),
    Right("do anything", "*", "*", "*", Need.SURPLUS),
)

WRITES = tuple(right for kind in KINDS for right in _rights_to(kind) if right.verb == "patch")
"""Both writes of a pause, of each kind."""

IN_NAMESPACES = frozenset(
    {
        "cronjobs",
        "deployments",
        "horizontalpodautoscalers",
        "poddisruptionbudgets",
        "pods",
        "replicasets",
        "scaledobjects",
        "services",
    }
)
"""What can be listed of one namespace alone. Not HTTPRoutes: one may lead into it from another."""


def right_to_scale(kind: Kind, namespace: str) -> Right:
    """What whoever wakes or pauses such a workload there has to have; all namespaces where that is empty."""
    return next(
        replace(right, namespace=namespace)
        for right in _rights_to(kind)
        if right.verb == "patch" and right.subresource == kind.sleep().subresource
    )


def narrow(right: Right, namespace: str | None) -> Right:
    """What is needed in the place of this right by somebody who looks into one namespace alone."""
    if namespace is None or right.namespace:
        return right
    if right.resource == "namespaces":
        return replace(right, verb="get", object_name=namespace)
    return replace(right, namespace=namespace) if right.resource in IN_NAMESPACES else right


OWN_RIGHTS = Right(
    "ask for one's own rights",
    "create",
    "selfsubjectaccessreviews",
    "authorization.k8s.io",
    Need.OPTIONAL,
    without=Blindness("which rights it has", "what else it may not see is not reported"),
)
"""Everybody has it by default. It cannot itself be asked for, so it is not among the others."""


def sight_for(uses: Collection[Use]) -> tuple[Right, ...]:
    """The optional rights that these uses need."""
    return tuple(each for each in RIGHTS if each.without and each.without.use in uses)


def missing_sight(rights: Iterable[Right], uses: Collection[Use]) -> tuple[Right, ...]:
    """The optional rights of these uses that are not there."""
    return tuple(each for each in rights if each.without and not each.allowed and each.without.use in uses)


def describe_blindness(missing: Iterable[Right | str]) -> tuple[str, ...]:
    """What is not known and what that means, one sentence for each thing, with the rights that would show it.

    A right may be given by its name alone, as results carry it; one that this program does not know stands for itself.
    """
    by_name = {each.name: each for each in (*RIGHTS, OWN_RIGHTS)}
    rights: dict[str, list[str]] = defaultdict(list)
    for each in missing:
        right = by_name.get(each) if isinstance(each, str) else each
        if right is None or right.without is None:
            rights[f"whatever needs the right to {each}"] = []
        else:
            rights[str(right.without)].append(str(right))
    return tuple(f"{said} (missing: {', '.join(grants)})" if grants else said for said, grants in rights.items())
