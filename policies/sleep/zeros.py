"""A zero under the record of a sleep that is somebody's choice all the same, and who made it.

Our own zero goes through `/scale` and takes `spec.replicas` from its owner. So an owner at zero has written that zero
since: a server-side apply, by people, Flux, Argo CD or Helm. A client-side apply of `replicas: 0` onto a zero changes
nothing but the manifest in its annotation. What leaves no trace at all cannot be known: `kubectl scale --replicas 0`,
`kubectl replace`, a client-side `helm upgrade`.

A zero and a record written together restore a sleeper from a copy, and choose nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from policies.annotations import PREFIX
from policies.checks.ownership import LAST_APPLIED, holds_replicas
from policies.names import FIELD_MANAGER
from policies.workload import Observation, Workload, Writer, observe


def observe_sleeper(workload: Workload) -> Observation:
    """A workload reduced to the observation that decides its next write, with who chose its zero."""
    return observe(workload, PREFIX).replace(zero_chosen_by=who_chose_zero(workload))


def who_chose_zero(workload: Workload) -> str:
    """The field manager that has wanted this workload at zero since it was put to sleep; empty where there is none.

    An owner's time is not asked: a server-side apply that changes nothing but the owner leaves it as it was. That of a
    manifest is, against our own latest write to the object: one that said 0 before the sleep says nothing of it, as
    somebody had raised the count then.
    """
    if not workload.is_down:
        return ""
    others = [writer for writer in workload.writers if writer.manager != FIELD_MANAGER and not writer.owns_record]
    owner = next((writer for writer in others if writer.owns_replicas), None)
    if owner is None and holds_replicas(workload.annotations.get(LAST_APPLIED), 0, unreadable=False):
        ours = [writer.time for writer in workload.writers if writer.manager == FIELD_MANAGER and writer.time]
        owner = next((writer for writer in others if writer.owns_last_applied and _is_later(writer, ours)), None)
    return "" if owner is None else owner.manager or "somebody"


def _is_later(writer: Writer, times: Sequence[datetime]) -> bool:
    """All of them by the API server's clock, which tells whole seconds."""
    return writer.time is not None and bool(times) and writer.time >= max(times)
