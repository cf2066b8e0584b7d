"""The Deployments of a cluster, for commands that look at all of them."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from operations.installation import Installation
from policies.workload import Workload

if TYPE_CHECKING:
    from activities.kube.workloads.pages import Unreadable


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


def point_out_empty(installation: Installation, listing: Listing, namespace: str | None) -> None:
    """Note a namespace without a Deployment, which may well be mistyped."""
    there = {workload.ref.namespace for workload in listing.workloads}
    there |= {each.key.namespace for each in listing.unreadable if each.key is not None}
    if namespace is None or namespace in there:
        return
    near = get_close_matches(namespace, sorted(there), n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    installation.listener.note(f"there is no Deployment in namespace {namespace}{meant}")
