"""The statuses of policies in the cluster, put together: who writes them, and what keeps a policy from its work."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from activities.costs.source import CostSource
from activities.idleness.source import IdleSource
from activities.metrics import actions_by_policy
from activities.policy_sources.resources import PolicyResources
from activities.reconciliation.policy_statuses import PolicyStatuses
from activities.snapshot import Snapshot
from policies.policy.document import EnforcementPolicy, Mode
from policies.rights.rights import Right, describe_blindness
from worker.cluster.cluster import Cluster
from worker.service.policy_sync import PolicySync


def hindered_by_sources(
    policy: EnforcementPolicy, costs: CostSource, idleness: IdleSource | None
) -> tuple[str, str] | None:
    """What the policy asks for and is not known at present: a word and a sentence."""
    if policy.spec.idle_window is not None:
        if idleness is None:
            return "IdlenessNotMeasured", "It asks for idleness, and the worker has no FINOPS_PROMETHEUS_URL."
        if idleness.trouble:
            return "IdlenessUnknown", f"It asks for idleness. {idleness.trouble}"
    if policy.spec.min_hourly_cost is not None and costs.trouble:
        return "CostsUnknown", f"It asks for costs. {costs.trouble}"
    return None


def build_statuses(
    cluster: Cluster, sync: PolicySync, current: Callable[[], Snapshot], missing_rights: Callable[[], tuple[Right, ...]]
) -> PolicyStatuses | None:
    """The statuses of a cluster's policies; those in files have none. `missing_rights` are those of the worker."""
    if not isinstance(cluster.policies, PolicyResources):
        return None

    def hindrance(policy: EnforcementPolicy) -> tuple[str, str] | None:
        if policy.name in sync.failed:
            return "NotScheduled", f"Temporal does not take its Schedule: {sync.failed[policy.name]}"
        by_source = hindered_by_sources(policy, cluster.source, cluster.idle_source)
        return hindrance_of(policy, current(), missing_rights(), by_source)

    return PolicyStatuses(cluster.policies, hindrance, actions_by_policy, lambda: datetime.now(UTC))


def hindrance_of(
    policy: EnforcementPolicy, snapshot: Snapshot, missing: Iterable[Right], by_source: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Reason and sentence of what keeps a policy from doing all that it says, or only that; None where nothing does.

    `by_source` is what costs and idleness have to say.
    """
    if snapshot.objection:
        return "OlderDefinition", f"Nothing is paused by it: {snapshot.objection}."
    if snapshot.hold is not None:
        return "Held", f"A hold is on, set by {snapshot.hold.by}: no new pauses."
    if not snapshot.hold_known:
        return (
            "HoldUnknown",
            "Temporal has no record of this cluster that can be read: it is not known whether a hold is on.",
        )
    if by_source is not None:
        return by_source
    guards = [each for each in missing if each.without is not None and each.without.guards]
    if guards and policy.spec.mode is Mode.ENFORCE:
        return "RightsMissing", f"Not known: {'; '.join(describe_blindness(guards))}."
    return None
