"""The Deployments of a cluster, for commands that look at all of them."""

from dataclasses import dataclass
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
