"""Deployments: pages of all of them, a fresh read of one, and the two kinds of write.

A write is sent once, under the resourceVersion (and uid) its caller decided on, and its answer is checked for what
was asked. Nothing here reads before it writes or tries again: that is for whoever decides.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError

from activities.errors import CountChanged, ListExpired, NotFound, UnconditionalWrite, UnexpectedAnswer
from activities.kube.calls import MERGE_PATCH, WRITE_QUERY, path_of
from activities.kube.lists import PAGE_SIZE, RESTARTS, ListPage, RawPage, decode, request_page
from activities.kube.models import Deployment, ObjectMeta, Scale
from activities.kube.objects.conversion import to_workload, to_workload_anyway
from activities.kube.quantities import InvalidQuantity
from activities.kube.replies import Reply
from activities.kube.transport import KubeTransport
from policies.annotations import AnnotationPatch
from policies.workload import Workload, WorkloadRef

_ALL = "/apis/apps/v1/deployments"
_VERSION = re.compile(r"[1-9][0-9]{0,19}")
_NOT_FOUND = "NotFound"


@dataclass(frozen=True)
class Unreadable:
    """A Deployment (`namespace/name`) that cannot be understood, and why."""

    deployment: str
    problem: str
    but_requests: Workload | None = None
    """Where only its requests cannot be read: the workload without them, for whoever has to give it back."""

    def __str__(self) -> str:
        return f"{self.deployment}: {self.problem}"


@dataclass(frozen=True)
class Page:
    """A page of a listing. None is left out: those that could not be understood are named."""

    workloads: tuple[Workload, ...]
    unreadable: tuple[Unreadable, ...] = ()
    next_token: str = ""


def _reduce(deployment: Deployment) -> Workload | Unreadable:
    try:
        return to_workload(deployment)
    except InvalidQuantity as error:
        without = to_workload_anyway(deployment)
        return Unreadable(str(without.ref), f"a request is {error}", but_requests=without)


_PAGE = ListPage[Annotated[Deployment, AfterValidator(_reduce)]]
"""Each Deployment is reduced as soon as it is read: 500 whole ones at a time cost a worker 16 MB that it never gets
back, because what is kept of them lies scattered among what is freed.
"""


class Deployments:
    """The Deployments of one cluster."""

    def __init__(self, transport: KubeTransport) -> None:
        self._transport = transport

    def list_page(self, continue_token: str = "", *, limit: int = PAGE_SIZE) -> Page:
        """The first page at the newest state, or with a token the next page of the same snapshot.

        Raises KubernetesError, ListExpired where the token is too old: begin again with the first page.
        """
        reply = request_page(self._transport, _ALL, continue_token, limit=limit)
        try:
            page = _PAGE.model_validate_json(reply.body)
        except ValidationError:
            return _read_page_by_item(reply)
        return _as_page(page.items or (), page.metadata.next_token)  # type: ignore[arg-type]

    def list_all(self, *, limit: int = PAGE_SIZE) -> Iterator[Page]:
        """All pages; a listing that expires begins again without what was already given. Raises KubernetesError."""
        seen: set[WorkloadRef] = set()
        restarts, token = 0, ""
        while True:
            try:
                page = self.list_page(token, limit=limit)
            except ListExpired:
                if restarts == RESTARTS:
                    raise
                restarts, token = restarts + 1, ""
                continue
            fresh = tuple(workload for workload in page.workloads if workload.ref not in seen)
            seen.update(workload.ref for workload in fresh)
            yield Page(fresh, page.unreadable, page.next_token)
            token = page.next_token
            if not token:
                return

    def read(self, namespace: str, name: str) -> Workload | None:
        """The Deployment as it is now (a quorum read), or None where there is none.

        Raises KubernetesError; NotFound for a 404 that is not an API server's word on this object.
        """
        try:
            reply = self._transport.request("GET", _path(namespace, name))
        except NotFound as error:
            if error.reason != _NOT_FOUND:  # a proxy's, or a server's that has no Deployments at all
                raise
            return None
        return to_workload_anyway(decode(Deployment, reply))

    def annotate(self, ref: WorkloadRef, resource_version: str, patch: AnnotationPatch) -> Workload:
        """Write annotations (None removes one); the Deployment as it then is.

        Raises UnconditionalWrite, KubernetesError, UnexpectedAnswer where the answer does not carry them.
        """
        path = _path(ref.namespace, ref.name)
        reply = self._write(path, ref, resource_version, annotations=patch)
        written = to_workload_anyway(decode(Deployment, reply))
        problem = _identity_problem(written.ref, written.resource_version, ref)
        for key, value in patch.items():
            if written.annotations.get(key) != value:
                problem = problem or f"annotation {key} is not what was written"
        if problem:
            raise UnexpectedAnswer(reply.call, problem)
        return written

    def scale(self, ref: WorkloadRef, resource_version: str, replicas: int) -> str:
        """Set the replica count; the resourceVersion the Deployment then has.

        Raises UnconditionalWrite, KubernetesError, CountChanged where the answer has another count.
        """
        path = path_of(_path(ref.namespace, ref.name), "scale")
        reply = self._write(path, ref, resource_version, replicas=replicas)
        scale = decode(Scale, reply)
        problem = _identity_problem(_ref(scale.metadata), scale.metadata.resource_version, ref)
        if problem:
            raise UnexpectedAnswer(reply.call, problem)
        if scale.spec.replicas != replicas:
            raise CountChanged(reply.call, scale.spec.replicas, replicas)
        return scale.metadata.resource_version

    def _write(
        self,
        path: str,
        ref: WorkloadRef,
        resource_version: str,
        *,
        annotations: AnnotationPatch | None = None,
        replicas: int | None = None,
    ) -> Reply:
        if _VERSION.fullmatch(resource_version) is None:
            raise UnconditionalWrite(resource_version)
        metadata: dict[str, Any] = {"resourceVersion": resource_version}
        if ref.uid:
            metadata["uid"] = ref.uid
        if annotations is not None:
            metadata["annotations"] = annotations
        document: dict[str, Any] = {"metadata": metadata}
        if replicas is not None:
            document["spec"] = {"replicas": replicas}
        body = json.dumps(document).encode()
        return self._transport.request("PATCH", path, query=WRITE_QUERY, body=body, content_type=MERGE_PATCH)


def _read_page_by_item(reply: Reply) -> Page:
    """A page with a Deployment in it that is not what Kubernetes says it is: the others still count."""
    page = decode(RawPage, reply)
    read: list[Workload | Unreadable] = []
    for item in page.items or []:
        try:
            read.append(_reduce(Deployment.model_validate(item)))
        except ValidationError as error:
            place = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
            read.append(Unreadable(_name_of(item), f"{place or 'its shape'} cannot be read"))
    return _as_page(read, page.metadata.next_token)


def _path(namespace: str, name: str) -> str:
    return path_of("/apis/apps/v1/namespaces", namespace, "deployments", name)


def _ref(metadata: ObjectMeta) -> WorkloadRef:
    return WorkloadRef(namespace=metadata.namespace, name=metadata.name, uid=metadata.uid)


def _as_page(items: Iterable[Workload | Unreadable], token: str) -> Page:
    read = tuple(items)
    return Page(
        workloads=tuple(item for item in read if isinstance(item, Workload)),
        unreadable=tuple(item for item in read if isinstance(item, Unreadable)),
        next_token=token,
    )


def _identity_problem(written: WorkloadRef, resource_version: str, asked: WorkloadRef) -> str | None:
    if (written.namespace, written.name) != (asked.namespace, asked.name) or asked.uid not in {"", written.uid}:
        return "it is of another object"
    if _VERSION.fullmatch(resource_version) is None:
        return "it has no resourceVersion"
    return None


def _name_of(item: Any) -> str:
    metadata = item.get("metadata") if isinstance(item, dict) else None
    if not isinstance(metadata, dict):
        return "a Deployment"
    return f"{metadata.get('namespace', '?')}/{metadata.get('name', '?')}"
