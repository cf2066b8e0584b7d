"""The kinds of workload that can sleep, and what of the protocol differs between them.

The order of the four writes, the record and the fences are the same for all. A kind that is added here also says in
activities/kube/workloads/conversion.py how its objects are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.errors import UnknownKind


@dataclass(frozen=True)
class SpecChange:
    """What puts an object to sleep, or wakes it: a merge patch of its spec, or of that of a subresource."""

    spec: Mapping[str, Any]
    subresource: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of workload whose size is a count of replicas, which its `scale` subresource changes."""

    name: str
    """As kubectl prints it, in lower case: part of ids."""
    title: str
    """As manifests and sentences write it."""
    resource: str
    """As paths and rights write it."""
    group: str
    version: str = "v1"
    short_names: tuple[str, ...] = ()
    generation_step: int = 1
    """By how much a write of annotations raises `metadata.generation`. A Deployment's strategy copies them on, and so
    counts them; the API server does not do that for other kinds.
    """

    @property
    def api_version(self) -> str:
        """As manifests write it."""
        return f"{self.group}/{self.version}"

    @property
    def path(self) -> str:
        """Where all of a cluster are listed."""
        return f"/apis/{self.api_version}/{self.resource}"

    def is_called(self, text: str) -> bool:
        """Whether kubectl takes this text for the kind: `deploy`, `deployments.apps`, `Deployment.v1.apps`."""
        name, dot, place = text.lower().partition(".")
        is_here = not dot or place in {self.group, f"{self.version}.{self.group}"}
        return is_here and name in {self.name, self.resource, *self.short_names}

    def is_down(self, replicas: int) -> bool:
        """Whether it is at zero, no matter who brought it there. One that we brought there carries a record of it."""
        return replicas == 0

    def sleep(self) -> SpecChange:
        """W2."""
        return self.wake(0)

    def wake(self, replicas: int) -> SpecChange:
        """W3, to the count that the record holds."""
        return SpecChange({"replicas": replicas}, "scale")


DEPLOYMENT = Kind(name="deployment", title="Deployment", resource="deployments", group="apps", short_names=("deploy",))

KINDS = (DEPLOYMENT,)
_BY_NAME = {kind.name: kind for kind in KINDS}
KIND_NAMES = frozenset(_BY_NAME)


def kind_named(name: str) -> Kind:
    """The kind that kubectl prints so. Of one that only a later version knows it is what the name tells: enough to go
    on with what is recorded of such a workload, and not enough to ask the cluster for it.
    """
    return _BY_NAME.get(name) or Kind(name=name, title=name, resource="", group="")


def known_kind(name: str) -> Kind:
    """The same, for whoever asks the cluster for it. Raises UnknownKind for one that only a later version knows."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownKind(name) from None


def kind_called(text: str) -> Kind | None:
    """The kind that kubectl would take this text for, or None."""
    return next((kind for kind in KINDS if kind.is_called(text)), None)
