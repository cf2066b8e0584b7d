"""What Namespaces say of everything in them: that it is being deleted, or kept awake by `finops.io/*` annotations."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock, Thread

from activities.cluster_context import in_this_context
from activities.errors import Denied, KubernetesError, NotFound
from activities.kube.calls import QUICK_SECONDS, path_of
from activities.kube.lists import KubeModel, decode, list_if_allowed
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport
from policies.annotations import PREFIX, Annotations

REMEMBERED_FOR = 60.0
"""Seconds. A thousand wakes of one minute ask once."""
LOOK_SECONDS = 1.0
"""Seconds that a look at a sleeper waits for what its Namespace says."""

_NAMESPACES = "/api/v1/namespaces"
_LOG = logging.getLogger(__name__)


class _Namespace(KubeModel):
    metadata: ObjectMeta


@dataclass(frozen=True)
class NamespaceReader:
    """Those that say something; nothing where the right to list them is missing."""

    ending: frozenset[str] = frozenset()
    """Being deleted. What lives in them does not carry a mark of it yet."""
    marks: Mapping[str, Annotations] = field(default_factory=dict)
    """Their own `finops.io/*` annotations."""
    names: frozenset[str] | None = None
    """All that there are; None where they cannot be listed, or only one was asked for."""


def read_namespaces(transport: KubeTransport) -> NamespaceReader:
    """All of them, as they are now. Raises KubernetesError.

    Not knowing is no reason to leave a whole cluster alone: a pause in a namespace that is being deleted only succeeds
    on paper, and its hibernation ends with the Deployment.
    """
    if transport.namespace is not None:
        return read_namespace(transport, transport.namespace)
    listed = list_if_allowed(transport, _NAMESPACES, _Namespace)
    if listed is None:
        return NamespaceReader()
    told = _told_by([each.metadata for each in listed])
    return replace(told, names=frozenset(each.metadata.name for each in listed))


def read_namespace(transport: KubeTransport, name: str, seconds: float = QUICK_SECONDS) -> NamespaceReader:
    """What this one says now, by one request, for whose answer it waits so long. Raises KubernetesError.

    Where the right is missing it says nothing, as in the listing.
    """
    try:
        reply = transport.request("GET", path_of(_NAMESPACES, name), read_seconds=seconds)
    except NotFound:
        return NamespaceReader()
    except Denied as error:
        if not error.is_forbidden:
            raise
        return NamespaceReader()
    return _told_by([decode(_Namespace, reply).metadata])


def _told_by(listed: list[ObjectMeta]) -> NamespaceReader:
    return NamespaceReader(
        ending=frozenset(each.name for each in listed if each.deleted_at is not None),
        marks={each.name: marks for each in listed if (marks := _marks_of(each))},
    )


class NamespaceMarks:
    """What a worker remembers of them; safe to share between threads.

    No wake waits for a listing: what is older than a minute is asked for again in the background. Until the first one
    is there, the one Namespace is asked about by itself.
    """

    def __init__(
        self,
        read: Callable[[], NamespaceReader],
        read_one: Callable[[str], NamespaceReader],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts seconds."""
        self._read = read
        self._read_one = read_one
        self._clock = clock
        self._lock = Lock()
        self._known: NamespaceReader | None = None
        self._stale_at = clock()

    def of(self, namespace: str) -> Annotations:
        """What the namespace said when it was last asked."""
        with self._lock:
            is_stale = self._clock() >= self._stale_at
            self._stale_at = self._clock() + REMEMBERED_FOR if is_stale else self._stale_at
        if is_stale:
            Thread(target=in_this_context(self.refresh), name="namespaces", daemon=True).start()
        known = self._known
        return self._ask(namespace) if known is None else known.marks.get(namespace, {})

    def _ask(self, namespace: str) -> Annotations:
        try:
            return self._read_one(namespace).marks.get(namespace, {})
        except KubernetesError as error:
            _LOG.warning("what namespace %s says of its sleepers cannot be read: %s", namespace, error)
            return {}

    def refresh(self) -> Mapping[str, Annotations]:
        """What all of them say now; what they said before where they cannot be listed."""
        try:
            known: NamespaceReader | None = self._read()
        except KubernetesError as error:
            _LOG.warning("namespaces cannot be listed: %s", error)
            known = self._known
        with self._lock:
            self._known, self._stale_at = known, self._clock() + REMEMBERED_FOR
        return {} if known is None else known.marks


def _marks_of(metadata: ObjectMeta) -> Annotations:
    return {key: value for key, value in (metadata.annotations or {}).items() if key.startswith(PREFIX)}
