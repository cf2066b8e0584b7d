"""What a pause by hand is about to take down, before it does: how many replicas, of what, and what to ask about it."""

from collections.abc import Iterator

from operations.installation import Installation
from operations.listing import miss_workload
from operations.targets import WorkloadName
from policies.checks.controllers import OUTAGE, find_controller_hint
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.wording import count
from policies.workload import Workload

MANY_REPLICAS = 20
"""From so many on it is asked."""


class PauseAhead(Frozen):
    """What a pause would take down."""

    workload: WorkloadName
    replicas: int
    reasons_to_ask: tuple[str, ...] = ()
    """One sentence for each thing that somebody should think of first."""


def foresee_pause(installation: Installation, key: WorkloadKey) -> PauseAhead:
    """Look at the workload. Raises NoSuchWorkload, KubernetesError."""
    workload = installation.cluster.workloads.read(key)
    if workload is None:
        raise miss_workload(installation, key)
    return PauseAhead(workload=key, replicas=workload.replicas, reasons_to_ask=tuple(_reasons_to_ask(workload)))


def _reasons_to_ask(workload: Workload) -> Iterator[str]:
    hint = find_controller_hint(workload)
    if hint:
        yield (f"{workload.ref} looks like an operator or a controller ({hint}): {OUTAGE}")
    if workload.replicas >= MANY_REPLICAS:
        yield f"{count(workload.replicas, 'replica')} of {workload.ref} go to zero"
