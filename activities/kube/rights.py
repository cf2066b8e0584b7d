"""Which rights the identity in use has, as the API server itself answers."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from activities.cluster_context import in_this_context
from activities.kube.lists import KubeModel, decode
from activities.kube.transport import KubeTransport
from policies.rights.rights import RIGHTS, Right

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
AT_ONCE = 8


class _ReviewStatus(KubeModel):
    allowed: bool = False


class _Review(KubeModel):
    status: _ReviewStatus


def review_rights(
    transport: KubeTransport, rights: Iterable[Right] = RIGHTS, *, at_once: int = AT_ONCE
) -> tuple[Right, ...]:
    """The rights, each with the server's answer. Everybody may ask this about themselves. Raises KubernetesError."""
    with ThreadPoolExecutor(at_once) as threads:
        asked = [threads.submit(in_this_context(_review, transport, right)) for right in rights]
        return tuple(each.result() for each in asked)


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
