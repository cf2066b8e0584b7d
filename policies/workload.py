"""A Deployment as the rules see it: what it asks for, who writes it, and what it carries."""

from datetime import datetime

from policies.costs.cost import Requests
from policies.keys import WorkloadKey
from policies.kinds import DEPLOYMENT, kind_named
from policies.models import Frozen


class WorkloadRef(Frozen):
    """Which workload, and which of that name: a later one has another uid. So two refs of one workload may differ, and
    tables go by its key.
    """

    namespace: str
    name: str
    kind: str = DEPLOYMENT.name
    """As kubectl prints it, in lower case."""
    uid: str = ""

    def __str__(self) -> str:
        return str(self.key)

    @property
    def key(self) -> WorkloadKey:
        """The name alone."""
        return WorkloadKey(self.namespace, self.name, self.kind)


class Writer(Frozen):
    """One entry of `metadata.managedFields`: who wrote which part, and when."""

    manager: str
    operation: str = ""
    subresource: str = ""
    time: datetime | None = None
    writes_spec: bool = False
    owns_replicas: bool = False
    owns_last_applied: bool = False
    """Whether it wrote the manifest that `kubectl apply` leaves as an annotation."""
    owns_record: bool = False
    """Whether it wrote `finops.io/paused`."""


class Rollout(Frozen):
    """How far the deployment controller has got with the template."""

    paused: bool = False
    generation: int = 0
    observed_generation: int = 0
    deadline_seconds: int = 600
    status_replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    progressing_reason: str | None = None
    progressing_updated_at: datetime | None = None
    available_changed_at: datetime | None = None
    """When it became available, or ceased to be: it ceases with the first pods that are wanted after a zero."""


class Workload(Frozen):
    """A Deployment, reduced to what a rule asks about."""

    ref: WorkloadRef
    resource_version: str
    replicas: int
    created_at: datetime
    being_deleted: bool = False
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner: str | None = None
    """Who may decide its count, as `Kind/name`."""
    is_controlled: bool = False
    """Whether that owner is its controller."""
    template_labels: dict[str, str] = {}
    priority_class: str = ""
    requests: Requests = Requests()
    """The requests of one pod."""
    rollout: Rollout = Rollout()
    revision: str = ""
    writers: tuple[Writer, ...] = ()
    images: tuple[str, ...] = ()
    keeps_data_in_empty_dir: bool = False
    has_persistent_volume: bool = False

    @property
    def is_down(self) -> bool:
        """Whether it is at zero, no matter who brought it there."""
        return kind_named(self.ref.kind).is_down(self.replicas)


class Observation(Frozen):
    """What one fresh read, or the listing, saw of a workload: enough to decide the next write."""

    ref: WorkloadRef
    resource_version: str
    generation: int
    replicas: int
    revision: str = ""
    being_deleted: bool = False
    available_replicas: int = 0
    zero_chosen_by: str = ""
    """Who owns its replica count of 0, or applied a manifest that says 0, since our last write to it; see
    `policies.sleep.zeros`."""
    annotations: dict[str, str] = {}
    """Ours and people's `finops.io/*` annotations only: the rest has no business in a history."""

    @property
    def is_down(self) -> bool:
        """Whether it is at zero, no matter who brought it there."""
        return kind_named(self.ref.kind).is_down(self.replicas)


def observe(workload: Workload, prefix: str) -> Observation:
    """A workload reduced to the observation that decides its next write."""
    return Observation(
        ref=workload.ref,
        resource_version=workload.resource_version,
        generation=workload.rollout.generation,
        replicas=workload.replicas,
        revision=workload.revision,
        being_deleted=workload.being_deleted,
        available_replicas=workload.rollout.available_replicas,
        annotations={key: value for key, value in workload.annotations.items() if key.startswith(prefix)},
    )
