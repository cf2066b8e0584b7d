"""The Deployments of a cluster, for commands that look at all of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.errors import IoError
from activities.kube.calls import path_of
from operations.errors import EmptyNamespace, NoSuchWorkload
from operations.installation import Installation
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT
from policies.problems import nearest_name
from policies.workload import Workload

if TYPE_CHECKING:
    from activities.kube.names import ObjectName
    from activities.kube.workloads.pages import Unreadable

_NAMESPACES = f"/apis/{DEPLOYMENT.api_version}/namespaces"


@dataclass(frozen=True)
class Listing:
    """All Deployments; `unreadable` names those that could not be understood, and why."""

    workloads: tuple[Workload, ...]
    unreadable: "tuple[Unreadable, ...]"

    @property
    def wakeable(self) -> tuple[Workload, ...]:
        """Also those of which only the requests cannot be read: a price asks for them, and no wake does."""
        return (*self.workloads, *(each.but_requests for each in self.unreadable if each.but_requests is not None))


def list_workloads(installation: Installation) -> Listing:
    """All Deployments of the cluster. Raises KubernetesError."""
    with installation.listener.progress("listing Deployments"):
        pages = tuple(installation.cluster.workloads.list_all())
    return Listing(
        workloads=tuple(workload for page in pages for workload in page.workloads),
        unreadable=tuple(each for page in pages for each in page.unreadable),
    )


def is_in(namespace: str | None, each: "Unreadable") -> bool:
    """Whether one that could not be understood counts where only a namespace is asked for; None is all of them."""
    return namespace is None or (each.key is not None and each.key.namespace == namespace)


def refuse_empty(installation: Installation, listing: Listing, namespace: str | None) -> None:
    """Raises EmptyNamespace for a namespace without a Deployment, which may well be mistyped."""
    there = {workload.ref.namespace for workload in listing.workloads}
    there |= {each.key.namespace for each in listing.unreadable if each.key is not None}
    if namespace is None or namespace in there:
        return
    known = there or {each.namespace for each in list_deployment_names(installation)}
    raise EmptyNamespace(namespace, nearest_name(namespace, sorted(known)))


def point_out_empty(installation: Installation, listing: Listing, namespace: str | None) -> None:
    """The same as a note, for a command that only asks."""
    try:
        refuse_empty(installation, listing, namespace)
    except EmptyNamespace as error:
        installation.listener.note(str(error))


def miss_workload(installation: Installation, key: WorkloadKey) -> NoSuchWorkload:
    """That there is no such workload, with the nearest name of its namespace; where that has no Deployment, with the
    workload of this name in the nearest one that has one.
    """
    server = installation.cluster.transport.server
    names = [each.name for each in list_deployment_names(installation, key.namespace)]
    if names:
        near = nearest_name(key.name, names)
        return NoSuchWorkload(key, server, None if near is None else WorkloadKey(key.namespace, near))
    elsewhere = sorted(each.namespace for each in list_deployment_names(installation) if each.name == key.name)
    namespace = nearest_name(key.namespace, elsewhere)
    return NoSuchWorkload(key, server, None if namespace is None else WorkloadKey(namespace, key.name))


def path_of_all(namespace: str | None) -> str:
    """The path of the Deployments of one namespace, or of all."""
    return DEPLOYMENT.path if namespace is None else path_of(_NAMESPACES, namespace, DEPLOYMENT.resource)


def list_deployment_names(installation: Installation, namespace: str | None = None) -> tuple["ObjectName", ...]:
    """The names of all Deployments, or of those of a namespace, for a suggestion: none where they may not be listed."""
    from activities.kube.names import list_names  # noqa: PLC0415 - what is typed is seldom wrong

    try:
        return tuple(list_names(installation.cluster.transport, path_of_all(namespace)))
    except IoError:
        return ()
