"""What becomes of what sleeps under a policy that is deleted. Nothing is written here."""

import asyncio
from datetime import UTC, datetime

from operations.changes.handover import Handover, foresee_handovers
from operations.changes.objections import refuse_other_files
from operations.errors import NotThere
from operations.identity import confirm_cluster_if_up
from operations.installation import Installation
from operations.listing import list_workloads
from operations.policy_source import read_applied
from policies.policy.document import EnforcementPolicy


async def foresee_removal(installation: Installation, policy: str) -> Handover:
    """Who goes on sleeping under another policy, and who wakes. A document that is broken can be removed, too.

    Raises NotThere, Refused where it stands in a file of another name, IdentityMismatch, KubernetesError.
    """
    await confirm_cluster_if_up(installation)
    others = await asyncio.to_thread(_read_others, installation, policy)
    listing = await asyncio.to_thread(list_workloads, installation)
    (handover,) = foresee_handovers(
        listing.wakeable, [policy], others, instance=installation.known_instance, now=datetime.now(UTC)
    )
    return handover


def _read_others(installation: Installation, policy: str) -> tuple[EnforcementPolicy, ...]:
    """The policies in force without this one. Raises NotThere where there is no such policy, Refused as above."""
    applied = read_applied(installation)
    if policy not in {each.name for each in applied} and not installation.policies.holds(policy):
        there = ", ".join(each.name for each in applied) or "none"
        raise NotThere(f"there is no policy {policy}; in force are: {there}")
    refuse_other_files(installation, applied, [policy])
    return tuple(each for each in applied if each.name != policy)
