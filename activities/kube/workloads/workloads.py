"""Workloads of the kinds that can sleep: pages of all of them, a fresh read of one, and the two kinds of write.

A write is sent once, under the resourceVersion (and uid) its caller decided on, and its answer is checked for what was
asked. Nothing here reads before it writes or tries again: that is up to the caller.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from activities.errors import Call, CountChanged, ListExpired, NotFound, UnconditionalWrite, UnexpectedAnswer
from activities.kube.calls import MERGE_PATCH, WRITE_QUERY, path_of
from activities.kube.lists import PAGE_SIZE, RESTARTS, decode, request_page
from activities.kube.models import ObjectMeta, Scale
from activities.kube.replies import Reply
from activities.kube.transport import KubeTransport
from activities.kube.workloads.conversion import READERS
from activities.kube.workloads.pages import PAGES, Page
from policies.annotations import AnnotationPatch
from policies.keys import WorkloadKey
from policies.kinds import KINDS, Kind, SpecChange, known_kind
from policies.workload import Workload, WorkloadRef

_VERSION = re.compile(r"[1-9][0-9]{0,19}")
_NOT_FOUND = "NotFound"
_BETWEEN = " "
"""What stands in a token between the kind that the page is of and the API server's own token."""


class Workloads:
    """The workloads of one cluster."""

    def __init__(self, transport: KubeTransport) -> None:
        self._transport = transport

    def list_page(self, token: str = "", *, limit: int = PAGE_SIZE) -> Page:
        """The first page at the newest state, or with a token the next one: of the same snapshot, or the next kind.

        Raises KubernetesError, ListExpired where the token is too old: begin again with the first page.
        """
        name, _, rest = token.partition(_BETWEEN)
        kind = next((each for each in KINDS if name in {"", each.name}), None)
        if kind is None:  # a worker of another version began this listing
            raise ListExpired(Call("list", name, self._transport.server))
        page = self._list_kind(kind, rest, limit)
        following = KINDS.index(kind) + 1
        if page.next_token:
            return replace(page, next_token=f"{kind.name}{_BETWEEN}{page.next_token}")
        return page if following == len(KINDS) else replace(page, next_token=KINDS[following].name)

    def list_all(self, *, limit: int = PAGE_SIZE) -> Iterator[Page]:
        """All pages; a listing that expires begins again without what was already given. Raises KubernetesError."""
        for kind in KINDS:
            yield from self._list_whole_kind(kind, limit)

    def read(self, key: WorkloadKey) -> Workload | None:
        """The workload as it is now (a quorum read), or None where it does not exist.

        Raises KubernetesError; NotFound for a 404 that is not an API server's word on this object.
        """
        reader = READERS[known_kind(key.kind).name]
        try:
            reply = self._transport.request("GET", _path(key))
        except NotFound as error:
            if error.reason != _NOT_FOUND:  # a proxy's, or a server's that has no such kind at all
                raise
            return None
        return reader.convert_anyway(decode(reader.model, reply))

    def annotate(self, ref: WorkloadRef, resource_version: str, patch: AnnotationPatch) -> Workload:
        """Write annotations (None removes one); the workload as it then is.

        Raises UnconditionalWrite, KubernetesError, UnexpectedAnswer where the answer does not carry them.
        """
        reader = READERS[known_kind(ref.kind).name]
        reply = self._write(_path(ref.key), ref, resource_version, annotations=patch)
        written = reader.convert_anyway(decode(reader.model, reply))
        problem = _identity_problem(written.ref, written.resource_version, ref)
        for key, value in patch.items():
            if written.annotations.get(key) != value:
                problem = problem or f"annotation {key} is not what was written"
        if problem:
            raise UnexpectedAnswer(reply.call, problem)
        return written

    def put_to_sleep(self, ref: WorkloadRef, resource_version: str) -> str:
        """Bring it to zero; the resourceVersion it then has.

        Raises UnconditionalWrite, KubernetesError, CountChanged where the answer has another count.
        """
        return self._scale(ref, resource_version, known_kind(ref.kind).sleep(), 0)

    def give_back(self, ref: WorkloadRef, resource_version: str, replicas: int) -> str:
        """Bring it back to a count; the resourceVersion it then has. Raises the same."""
        return self._scale(ref, resource_version, known_kind(ref.kind).wake(replicas), replicas)

    def _scale(self, ref: WorkloadRef, resource_version: str, change: SpecChange, replicas: int) -> str:
        path = path_of(_path(ref.key), change.subresource)
        reply = self._write(path, ref, resource_version, spec=change.spec)
        scale = decode(Scale, reply)
        problem = _identity_problem(_ref(scale.metadata, ref.kind), scale.metadata.resource_version, ref)
        if problem:
            raise UnexpectedAnswer(reply.call, problem)
        if scale.spec.replicas != replicas:
            raise CountChanged(reply.call, scale.spec.replicas, replicas)
        return scale.metadata.resource_version

    def _list_kind(self, kind: Kind, continue_token: str, limit: int) -> Page:
        return PAGES[kind].read(request_page(self._transport, kind.path, continue_token, limit=limit))

    def _list_whole_kind(self, kind: Kind, limit: int) -> Iterator[Page]:
        seen: set[WorkloadRef] = set()
        restarts, token = 0, ""
        while True:
            try:
                page = self._list_kind(kind, token, limit)
            except ListExpired:
                if restarts == RESTARTS:
                    raise
                restarts, token = restarts + 1, ""
                continue
            fresh = tuple(workload for workload in page.workloads if workload.ref not in seen)
            seen.update(workload.ref for workload in fresh)
            yield replace(page, workloads=fresh)
            token = page.next_token
            if not token:
                return

    def _write(
        self,
        path: str,
        ref: WorkloadRef,
        resource_version: str,
        *,
        annotations: AnnotationPatch | None = None,
        spec: Mapping[str, Any] | None = None,
    ) -> Reply:
        if _VERSION.fullmatch(resource_version) is None:
            raise UnconditionalWrite(resource_version)
        metadata: dict[str, Any] = {"resourceVersion": resource_version}
        if ref.uid:
            metadata["uid"] = ref.uid
        if annotations is not None:
            metadata["annotations"] = annotations
        document: dict[str, Any] = {"metadata": metadata}
        if spec is not None:
            document["spec"] = spec
        body = json.dumps(document).encode()
        return self._transport.request("PATCH", path, query=WRITE_QUERY, body=body, content_type=MERGE_PATCH)


def _path(key: WorkloadKey) -> str:
    kind = known_kind(key.kind)
    return path_of(f"/apis/{kind.api_version}/namespaces", key.namespace, kind.resource, key.name)


def _ref(metadata: ObjectMeta, kind: str) -> WorkloadRef:
    return WorkloadRef(namespace=metadata.namespace, name=metadata.name, kind=kind, uid=metadata.uid)


def _identity_problem(written: WorkloadRef, resource_version: str, asked: WorkloadRef) -> str | None:
    if written.key != asked.key or asked.uid not in {"", written.uid}:
        return "it is of another object"
    if _VERSION.fullmatch(resource_version) is None:
        return "it has no resourceVersion"
    return None
