"""What the identity in use may do: what is needed, what helps, and what it should not have."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

from activities.kube.lists import KubeModel, decode
from activities.kube.transport import KubeTransport

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_AT_ONCE = 8


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
    allowed: bool = False

    def __str__(self) -> str:
        resource = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {resource}" + (f".{self.group}" if self.group else "")


RIGHTS = (
    Right("list Deployments", "list", "deployments", "apps"),
    Right("read a Deployment", "get", "deployments", "apps"),
    Right("annotate Deployments", "patch", "deployments", "apps"),
    Right("scale Deployments", "patch", "deployments", "apps", subresource="scale"),
    Right(
        "recognise the cluster",
        "get",
        "services",
        kind=Need.OPTIONAL,
        namespace="default",
        object_name="kubernetes",
    ),
    Right("find copies of records", "list", "replicasets", "apps", Need.OPTIONAL),
    Right("see autoscalers", "list", "horizontalpodautoscalers", "autoscaling", Need.OPTIONAL),
    Right("see KEDA's autoscalers", "list", "scaledobjects", "keda.sh", Need.OPTIONAL),
    Right("see which namespaces are being deleted", "list", "namespaces", kind=Need.OPTIONAL),
    Right("measure idleness, and price pods by node", "list", "pods", kind=Need.OPTIONAL),
    Right("tell whose requests an ingress counts", "list", "services", kind=Need.OPTIONAL),
    Right("tell whose requests a gateway counts", "list", "httproutes", "gateway.networking.k8s.io", Need.OPTIONAL),
    Right("price nodes by label", "list", "nodes", kind=Need.OPTIONAL),
    Right(
        "protect validating webhooks",
        "list",
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        Need.OPTIONAL,
    ),
    Right(
        "protect mutating webhooks",
        "list",
        "mutatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        Need.OPTIONAL,
    ),
    Right("protect aggregated APIs", "list", "apiservices", "apiregistration.k8s.io", Need.OPTIONAL),
    Right("protect CRD conversions", "list", "customresourcedefinitions", "apiextensions.k8s.io", Need.OPTIONAL),
    Right("find what serves them", "get", "services", kind=Need.OPTIONAL),
    Right("read policies in the cluster", "list", "enforcementpolicies", "finops.io", Need.OPTIONAL),
    Right("tell how they are", "patch", "enforcementpolicies", "finops.io", Need.OPTIONAL, subresource="status"),
    Right("write Kubernetes Events", "create", "events", "events.k8s.io", Need.OPTIONAL),
    Right("warn of CronJobs", "list", "cronjobs", "batch", Need.OPTIONAL),
    Right("delete Deployments", "delete", "deployments", "apps", Need.SURPLUS),
    Right("create Deployments", "create", "deployments", "apps", Need.SURPLUS),
    Right("replace Deployments", "update", "deployments", "apps", Need.SURPLUS),
    Right("read Secrets", "get", "secrets", kind=Need.SURPLUS),
    Right("do anything", "*", "*", "*", Need.SURPLUS),
)


class _Status(KubeModel):
    allowed: bool = False


class _Review(KubeModel):
    status: _Status


def review_rights(transport: KubeTransport, rights: tuple[Right, ...] = RIGHTS) -> tuple[Right, ...]:
    """The rights, each with the server's answer. Everybody may ask this about themselves. Raises KubernetesError."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return tuple(threads.map(lambda right: _review(transport, right), rights))


def _review(transport: KubeTransport, right: Right) -> Right:
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": right.resource,
        "subresource": right.subresource,
        "namespace": right.namespace,
        "name": right.object_name,
    }
    document = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    reply = transport.request("POST", _REVIEWS, body=json.dumps(document).encode(), content_type="application/json")
    answer = decode(_Review, reply)
    return replace(right, allowed=answer.status.allowed)
