"""How a request to the API server is written, and how long it may take."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from policies.names import FIELD_MANAGER
from policies.rights.rights import IN_NAMESPACES

CONNECT_SECONDS = 3.0


READ_SECONDS = 8.0


"""Below an activity's own limit, so that a write of unknown outcome is told as such."""


QUICK_SECONDS = 4.0


"""For what is asked besides, where the answer is small: before or after it comes the request that matters."""


CHECK_SECONDS = 1.5


"""For a look whether somebody is there."""


PAGE_SECONDS = 30.0


"""For a page of a listing: some megabytes."""


MERGE_PATCH = "application/merge-patch+json"


WRITE_QUERY: Mapping[str, str] = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}


"""Of every write: in our name, and no misspelt field is dropped in silence."""


Method = Literal["GET", "PATCH", "POST", "DELETE"]


"""DELETE is for `finops delete` of a policy in the cluster, under the caller's own rights: a worker has no right to
delete."""


def narrowed(path: str, namespace: str | None) -> str:
    """The path of a collection with only what is in that namespace, for what lives in namespaces."""
    base, _, resource = path.rpartition("/")
    if namespace is None or resource not in IN_NAMESPACES or "/namespaces/" in path:
        return path
    return path_of(f"{base}/namespaces", namespace, resource)


def path_of(base: str, *parts: str) -> str:
    """A path under `base`, with each part quoted."""
    return "/".join((base, *(quote(part, safe="") for part in parts)))
