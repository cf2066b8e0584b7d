"""Only the names of a collection: a fraction of what a listing of the objects themselves weighs."""

from collections.abc import Iterator

from activities.kube.calls import QUICK_SECONDS
from activities.kube.lists import PAGE_SIZE, KubeModel, ListPage, decode
from activities.kube.transport import KubeTransport

_METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class ObjectName(KubeModel):
    """How an object is called; the namespace is empty where it lies in none."""

    namespace: str = ""
    name: str


class _Metadata(ObjectName):
    annotations: dict[str, str] | None = None


class _Item(KubeModel):
    metadata: _Metadata


def list_names(transport: KubeTransport, path: str, *, carrying: str | None = None) -> Iterator[ObjectName]:
    """The names of all objects of a collection, or of those that carry an annotation, page by page.

    Raises KubernetesError.
    """
    token = ""
    while True:
        query = {"limit": str(PAGE_SIZE)} | ({"continue": token} if token else {})
        reply = transport.request("GET", path, query=query, read_seconds=QUICK_SECONDS, accept=_METADATA_ONLY)
        page = decode(ListPage[_Item], reply)
        found = (each.metadata for each in page.items or ())
        yield from (each for each in found if carrying is None or carrying in (each.annotations or {}))
        token = page.metadata.next_token
        if not token:
            return
