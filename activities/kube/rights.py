"""Which rights the identity in use has, as the API server itself answers."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from activities.kube.lists import KubeModel, decode
from activities.kube.transport import KubeTransport
from policies.rights import RIGHTS, Right

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_AT_ONCE = 8


class _Status(KubeModel):
    allowed: bool = False


class _Review(KubeModel):
    status: _Status


def review_rights(transport: KubeTransport, rights: Iterable[Right] = RIGHTS) -> tuple[Right, ...]:
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
