"""Looking at the cluster, at Temporal and at the policies in force before a change of policies. Nothing is written."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from operations.changes.forecast import foresee
from operations.changes.objections import (
    refuse_every_namespace_unseen,
    refuse_other_files,
    refuse_times_that_temporal_refuses,
)
from operations.changes.policy_change import PolicyChange, compare
from operations.identity import confirm_cluster_if_up
from operations.installation import Installation
from operations.listing import list_workloads
from operations.plans.plan_pauses import look_at_cluster
from operations.policy_source import read_applied
from operations.temporal import recall_first_windows
from policies.policy.document import EnforcementPolicy


async def foresee_change(
    installation: Installation, policies: Sequence[EnforcementPolicy], *, prune: bool
) -> PolicyChange:
    """What becomes of policies, sleepers and those that run when these policies are put in force, with `prune` as the
    only ones. A source of costs or of idleness that is in trouble forbids nothing: what it does not tell is unknown.

    Raises Refused where something stands against it, IdentityMismatch, KubernetesError.
    """
    record = await confirm_cluster_if_up(installation)
    applied = await asyncio.to_thread(read_applied, installation)
    names = [policy.name for policy in policies]
    await asyncio.to_thread(refuse_other_files, installation, applied, names)
    await asyncio.to_thread(refuse_every_namespace_unseen, installation, policies)
    await refuse_times_that_temporal_refuses(installation, [each for each in policies if each not in applied])
    listing = await asyncio.to_thread(list_workloads, installation)
    now = datetime.now(UTC)
    change = compare(
        policies,
        applied,
        listing.wakeable,
        prune=prune,
        instance=installation.known_instance,
        settings=installation.settings,
        now=now,
    )
    if not change.to_write:
        return change
    replaced = [each for each in applied if each.name in change.changed]
    seen = await asyncio.to_thread(look_at_cluster, installation, [*change.to_write, *replaced], now, listing)
    gone = {*change.changed, *change.pruned}
    forecasts, unknowns = foresee(
        change.to_write,
        applied,
        [each for each in applied if each.name not in gone],
        seen,
        interval=installation.settings.interval,
        first_windows=await recall_first_windows(installation, replaced),
    )
    return change.replace(forecasts=forecasts, hold=None if record is None else record.hold, unknowns=unknowns)
