"""The Deployments of a cluster, for commands that look at all of them."""

from cli.session import Session
from policies.models import Frozen
from policies.workload import Workload


class Listing(Frozen):
    """All Deployments, and the names of those that nobody could read."""

    workloads: tuple[Workload, ...] = ()
    unreadable: tuple[str, ...] = ()


def list_workloads(session: Session) -> Listing:
    """All Deployments of the cluster. Raises KubernetesError."""
    with session.terminal.progress("listing Deployments"):
        page = session.cluster.deployments.list_all()
    return Listing(workloads=page.workloads, unreadable=page.unreadable)
