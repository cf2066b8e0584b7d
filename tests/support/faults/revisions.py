"""The true order of what happened: every revision of every Deployment, from one watch."""

import hashlib
import http.client
import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Self

from localcluster import ApiError, ObjectClient
from policies.annotations import PREFIX
from policies.names import FIELD_MANAGER

_DEPLOYMENTS = "/apis/apps/v1/deployments"


@dataclass(frozen=True)
class Revision:
    """A Deployment at one resourceVersion, as far as anybody is judged by it."""

    uid: str
    version: str
    replicas: int
    annotations: dict[str, str]
    """Ours and people's `finops.io/*` ones, without the prefix."""
    rest: str
    """A hash of everything that the service may not touch."""
    wanted_at_zero: bool = False
    """Whether somebody else owns its count of 0."""
    deleted: bool = False
    at: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)


class Revisions:
    """A watch in a thread of its own; a context manager."""

    def __init__(self, objects: ObjectClient) -> None:
        self._objects = objects
        self._stopped = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="revisions", daemon=True)
        self._known: dict[tuple[str, str], list[Revision]] = defaultdict(list)
        self._raw: dict[tuple[str, str], list[bytes]] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def keep_whole(self, namespace: str, name: str) -> None:
        """Keep whole objects of this one, to answer stale reads with."""
        self._raw[namespace, name] = []

    def of(self, namespace: str, name: str) -> list[Revision]:
        """Every revision so far, oldest first."""
        return list(self._known[namespace, name])

    def states(self, namespace: str, name: str) -> list[bytes]:
        """The whole objects of one that is kept whole."""
        return self._raw[namespace, name]

    def _watch(self) -> None:
        version = self._objects.get(_DEPLOYMENTS, limit=1)["metadata"]["resourceVersion"]
        self._started.set()
        while not self._stopped.is_set():
            try:
                for event in self._objects.watch(
                    _DEPLOYMENTS, timeout_seconds=60.0, resourceVersion=version, allowWatchBookmarks="true"
                ):
                    if event["type"] == "ERROR":
                        raise RuntimeError(f"the watch lost revisions: {event['object']}")
                    version = event["object"]["metadata"]["resourceVersion"]
                    if event["type"] != "BOOKMARK":
                        self._take(event)
            except (ApiError, OSError, http.client.HTTPException):
                continue

    def _take(self, event: dict[str, Any]) -> None:
        item = event["object"]
        key = item["metadata"]["namespace"], item["metadata"]["name"]
        self._known[key].append(_revision(item, deleted=event["type"] == "DELETED"))
        if key in self._raw:
            self._raw[key].append(json.dumps(item).encode())


def _revision(item: dict[str, Any], *, deleted: bool) -> Revision:
    metadata, spec = item["metadata"], item["spec"]
    annotations: dict[str, str] = metadata.get("annotations") or {}
    foreign = {key: value for key, value in annotations.items() if not _is_free(key)}
    rest = {
        "spec": {key: value for key, value in spec.items() if key != "replicas"},
        "annotations": foreign,
        **{key: metadata.get(key) for key in ("labels", "ownerReferences", "finalizers")},
    }
    return Revision(
        uid=metadata["uid"],
        version=metadata["resourceVersion"],
        replicas=spec.get("replicas", 1),
        annotations={key.removeprefix(PREFIX): value for key, value in annotations.items() if key.startswith(PREFIX)},
        rest=hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest(),
        wanted_at_zero=spec.get("replicas", 1) == 0 and _has_another_owner(metadata),
        deleted=deleted,
    )


def _has_another_owner(metadata: dict[str, Any]) -> bool:
    """Whether somebody but us is written down as owner of the replica count."""
    return any(
        "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {}) and entry["manager"] != FIELD_MANAGER
        for entry in metadata.get("managedFields") or ()
    )


def _is_free(key: str) -> bool:
    """Annotations that the service, or the deployment controller in the same revision, may write."""
    return key.startswith((PREFIX, "deployment.kubernetes.io/"))
