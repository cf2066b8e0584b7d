"""The statuses of policies in the cluster, put together: who writes them, and what keeps a policy from its work."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from activities.kube.policyresources import PolicyResources
from activities.metrics import actions_by_policy
from activities.policystatuses import PolicyStatuses
from activities.snapshot import Snapshot
from policies.document import EnforcementPolicy, Mode
from policies.rights import Right, describe_blindness
from worker.cluster import Cluster
from worker.policysync import PolicySync


def build_statuses(
    cluster: Cluster, sync: PolicySync, current: Callable[[], Snapshot], missing_rights: Callable[[], tuple[Right, ...]]
) -> PolicyStatuses | None:
    """The statuses of a cluster's policies; those in files have none. `missing_rights` are those of the worker."""
    if not isinstance(cluster.policies, PolicyResources):
        return None
    measures_idleness = cluster.settings.prometheus_url is not None

    def hindrance(policy: EnforcementPolicy) -> tuple[str, str] | None:
        if policy.name in sync.failed:
            return "NotScheduled", f"Temporal does not take its Schedule: {sync.failed[policy.name]}"
        return hindrance_of(policy, current(), missing_rights(), measures_idleness=measures_idleness)

    return PolicyStatuses(cluster.policies, hindrance, actions_by_policy, lambda: datetime.now(UTC))


def hindrance_of(
    policy: EnforcementPolicy, snapshot: Snapshot, missing: Iterable[Right], *, measures_idleness: bool
) -> tuple[str, str] | None:
    """Reason and sentence of what keeps a policy from doing all that it says, or only that; None where nothing does."""
    if snapshot.objection:
        return "OlderDefinition", f"Nothing is paused by it: {snapshot.objection}."
    if snapshot.hold is not None:
        return "Held", f"A hold is on, set by {snapshot.hold.by}: no new pauses."
    if policy.spec.idle_window is not None and not measures_idleness:
        return "IdlenessNotMeasured", "It asks for idleness, and the worker has no FINOPS_PROMETHEUS_URL."
    guards = [each for each in missing if each.without is not None and each.without.guards]
    if guards and policy.spec.mode is Mode.ENFORCE:
        return "RightsMissing", f"Not known: {'; '.join(describe_blindness(guards))}."
    return None
