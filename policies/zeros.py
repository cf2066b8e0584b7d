"""A zero under the record of a sleep that is somebody's choice all the same, and who made it.

Our own zero goes through `/scale` and leaves nobody as owner of `spec.replicas`. So whoever owns it at zero has written
that zero since: a server-side apply, by people, Flux, Argo CD or Helm. A client-side apply of `replicas: 0` onto a
zero changes nothing but the manifest in its annotation. What leaves no trace at all nobody can know: `kubectl scale
--replicas 0`, `kubectl replace`, a client-side `helm upgrade`.
"""

import math

from policies.annotations import PREFIX
from policies.checks.ownership import LAST_APPLIED, holds_replicas
from policies.names import FIELD_MANAGER
from policies.workload import Observation, Workload, Writer, observe


def observe_sleeper(workload: Workload) -> Observation:
    """A workload reduced to the observation that decides its next write, with who chose its zero."""
    return observe(workload, PREFIX).model_copy(update={"zero_chosen_by": who_chose_zero(workload)})


def who_chose_zero(workload: Workload) -> str:
    """The field manager that wants this workload at zero since our last write to it, or nothing.

    Times are compared with those of our own entry, so all of them are the API server's. A manifest that said 0 before
    the sleep began says nothing of it: somebody had raised the count then.
    """
    if workload.replicas != 0:
        return ""
    since = max((writer.time for writer in workload.writers if _is_ours(writer) and writer.time), default=None)
    owners = [writer for writer in workload.writers if writer.owns_replicas and not _is_ours(writer)]
    if since is not None and holds_replicas(workload.annotations.get(LAST_APPLIED), 0, unreadable=False):
        owners += [writer for writer in workload.writers if writer.owns_last_applied and writer.time]
    newest = max(owners, key=_time_of, default=None)
    if newest is None or (since is not None and _time_of(newest) < since.timestamp()):
        return ""
    return newest.manager or "somebody"


def _is_ours(writer: Writer) -> bool:
    return writer.manager == FIELD_MANAGER


def _time_of(owner: Writer) -> float:
    """A server-side apply that changes nothing but the owner has no time: ours would have made it owner no more."""
    return math.inf if owner.time is None else owner.time.timestamp()
