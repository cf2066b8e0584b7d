"""What happened to a workload, and when: who touches it is at work on it."""

from datetime import datetime

from policies.annotations import read_resumed_at
from policies.names import FIELD_MANAGER
from policies.workload import Workload

CONTROLLER_MANAGERS = frozenset({"kube-controller-manager", "deployment-controller", "replicaset-controller", "keda"})


def last_touch(workload: Workload) -> tuple[str, datetime]:
    """What happened to the workload last, and when: created, rolled out, edited by somebody, or woken."""
    touches = [("it was created", workload.created_at)]
    if workload.rollout.progressing_updated_at is not None:
        touches.append(("it was rolled out", workload.rollout.progressing_updated_at))
    touches += [(f"{manager or 'somebody'} changed it", time) for manager, time in edits(workload)]
    resumed_at = read_resumed_at(workload.annotations)
    if resumed_at is not None:
        touches.append(("it was woken", resumed_at))
    return max(touches, key=lambda touch: touch[1])


def edits(workload: Workload) -> list[tuple[str, datetime]]:
    """Who wrote to its spec and when, controllers and ourselves left out: each writer's latest time."""
    return [
        (writer.manager, writer.time)
        for writer in workload.writers
        if writer.writes_spec
        and writer.time is not None
        and writer.manager not in CONTROLLER_MANAGERS | {FIELD_MANAGER}
    ]
