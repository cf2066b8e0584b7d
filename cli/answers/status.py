"""What `status` answers to programs: a module of its own, because the command that is typed most often starts with
nothing that it does not need.
"""

from activities.snapshot import Hold
from operations.present.clusters import ClusterOverview
from operations.present.first_windows import FirstWindowSeen
from operations.present.often_woken import OftenWoken
from operations.present.saved_now import SavedNow
from operations.standing.standing import WorkloadStanding
from operations.standing.unwatched import Unwatched
from policies.models import Frozen
from policies.sleep.reconciliation import ReconcileResult
from worker.temporal.schedule_states import ScheduleSeen


class StatusAnswer(Frozen):
    """`finops status`."""

    cluster: str
    hold: Hold | None
    worker: bool
    """Whether one polls for the cluster."""
    temporal_trouble: str
    """Why Temporal could not be asked: then all is told by what the Deployments carry. Empty where it answered."""
    cluster_trouble: str
    """Why the cluster could not be asked: then it is not known since when, until when and why something is awake."""
    unwatched: Unwatched
    """Those that nobody will wake, because Temporal or the worker is away."""
    overdue: int
    """How many should be awake by now."""
    asleep: int
    """How many are at zero."""
    savings: tuple[SavedNow, ...]
    """What all that sleep save now, by currency."""
    hibernations: tuple[WorkloadStanding, ...]
    """The open ones."""
    lost: tuple[WorkloadStanding, ...]
    """Sleepers of this installation without an open hibernation."""
    reconciliation: ReconcileResult | None
    """The last that is over."""
    schedules: tuple[ScheduleSeen, ...]
    often_woken: tuple[OftenWoken, ...]
    first_windows: tuple[FirstWindowSeen, ...]
    """Policies whose first window is not over."""


class ClustersAnswer(Frozen):
    """`finops status --all-clusters`."""

    clusters: tuple[ClusterOverview, ...]
