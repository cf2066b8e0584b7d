"""What a cluster shows of what is asleep and what is kept awake: one listing, or why there is none."""

from datetime import datetime

from activities.errors import IdentityMismatch, IoError
from operations.installation import Installation
from operations.listing import list_workloads, point_out_empty
from operations.standing.standing import WorkloadStanding, stand_by_carried
from operations.targets import instance_of, is_sleeper
from policies.models import Frozen
from policies.workload import Workload


class Carriers(Frozen):
    """The workloads. `trouble` says why they could not be listed."""

    workloads: tuple[Workload, ...] = ()
    trouble: str = ""

    def ours(self, instance: str | None) -> tuple[Workload, ...]:
        """Without the sleepers of other installations; with all of them where our own is not known."""
        if instance is None:
            return self.workloads
        return tuple(each for each in self.workloads if not is_sleeper(each) or instance_of(each) == instance)

    def stand(self, instance: str | None, now: datetime) -> tuple[WorkloadStanding, ...]:
        """How ours stand by what they carry."""
        standing = (stand_by_carried(each, now) for each in self.ours(instance))
        return tuple(each for each in standing if each is not None)


def list_carriers(installation: Installation) -> Carriers:
    """All of the cluster, or of the one namespace that is looked into."""
    try:
        listing = list_workloads(installation)
    except IoError as error:
        return Carriers(trouble=str(error))
    point_out_empty(installation, listing, installation.namespace)
    return Carriers(workloads=listing.wakeable)


def hold_against(installation: Installation, identity: str, found: Carriers) -> Carriers:
    """The same, or nothing where the kubeconfig leads to another cluster than the one that is asked about."""
    try:
        installation.cluster.confirm(identity)
    except IdentityMismatch as error:
        return Carriers(trouble=str(error))
    except IoError:  # nobody can tell
        return found
    return found
