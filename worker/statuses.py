"""The statuses of policies in the cluster: what could hinder one."""

from collections.abc import Callable
from datetime import UTC, datetime

from activities.kube.policyresources import PolicyResources
from activities.metrics import actions_by_policy
from activities.policystatuses import PolicyStatuses
from activities.snapshot import Snapshot
from policies.document import EnforcementPolicy
from worker.cluster import Cluster
from worker.policysync import PolicySync


def build_statuses(cluster: Cluster, sync: PolicySync, current: Callable[[], Snapshot]) -> PolicyStatuses | None:
    """The statuses of a cluster's policies; those in files have none."""
    if not isinstance(cluster.policies, PolicyResources):
        return None
    measures_idleness = cluster.settings.prometheus_url is not None

    def hindrance(policy: EnforcementPolicy) -> tuple[str, str] | None:
        if policy.name in sync.failed:
            return "NotScheduled", f"Temporal does not take its Schedule: {sync.failed[policy.name]}"
        hold = current().hold
        if hold is not None:
            return "Held", f"A hold is on, set by {hold.by}: no new pauses."
        if policy.spec.idle_window is not None and not measures_idleness:
            return "IdlenessNotMeasured", "It asks for idleness, and the worker has no FINOPS_PROMETHEUS_URL."
        return None

    return PolicyStatuses(cluster.policies, hindrance, actions_by_policy, lambda: datetime.now(UTC))
