"""What putting policies in force would change, and for whom. Nothing is written here."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from operations.changes.handover import Handover, foresee_handovers
from operations.changes.objections import (
    refuse_every_namespace_unseen,
    refuse_other_files,
    refuse_times_that_temporal_refuses,
)
from operations.identity import confirm_cluster_if_up
from operations.installation import Installation
from operations.listing import list_workloads
from operations.policy_source import read_applied
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.resource.notices import notices
from policies.resource.outlook import warnings_of
from policies.workload import Workload
from worker.settings.settings import Settings


class Novelty(StrEnum):
    """How a policy compares with what is in force."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class Notice(Frozen):
    """What the author of a policy should hear, although it is valid."""

    policy: str
    sentence: str


class PolicyChange(Frozen):
    """Policies that are to be in force, those that go, and what that does to those who sleep."""

    policies: tuple[EnforcementPolicy, ...]
    novelties: dict[str, Novelty]
    """By the policies' names."""
    pruned: tuple[str, ...] = ()
    handovers: tuple[Handover, ...] = ()
    """Of the policies that are new or changed, then of those that are pruned."""
    notices: tuple[Notice, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the policies that are to be in force."""
        return tuple(policy.name for policy in self.policies)

    @property
    def changed(self) -> tuple[str, ...]:
        """Those of them that are not in force as they are, the new ones among them."""
        return tuple(name for name in self.names if self.novelties[name] is not Novelty.UNCHANGED)

    @property
    def asleep(self) -> int:
        """How many sleep under what changes or goes."""
        return sum(handover.asleep for handover in self.handovers)


async def foresee_change(
    installation: Installation, policies: Sequence[EnforcementPolicy], *, prune: bool
) -> PolicyChange:
    """What becomes of policies and sleepers when these policies are put in force, with `prune` as the only ones.

    Raises Refused where something stands against it, IdentityMismatch, KubernetesError.
    """
    await confirm_cluster_if_up(installation)
    applied = await asyncio.to_thread(read_applied, installation)
    names = [policy.name for policy in policies]
    await asyncio.to_thread(refuse_other_files, installation, applied, names)
    await asyncio.to_thread(refuse_every_namespace_unseen, installation, policies)
    await refuse_times_that_temporal_refuses(installation, [each for each in policies if each not in applied])
    listing = await asyncio.to_thread(list_workloads, installation)
    return compare(
        policies,
        applied,
        listing.wakeable,
        prune=prune,
        instance=installation.known_instance,
        settings=installation.settings,
        now=datetime.now(UTC),
    )


def compare(
    policies: Sequence[EnforcementPolicy],
    applied: Sequence[EnforcementPolicy],
    workloads: Iterable[Workload],
    *,
    prune: bool,
    instance: str | None,
    settings: Settings,
    now: datetime,
) -> PolicyChange:
    """The policies to come against those in force, for the sleepers among the workloads. Pure."""
    novelties = {policy.name: _compare(policy, applied) for policy in policies}
    others = [policy for policy in applied if policy.name not in novelties]
    pruned = [policy.name for policy in others] if prune else []
    together = [*policies] if prune else [*others, *policies]
    changed = [name for name, novelty in novelties.items() if novelty is not Novelty.UNCHANGED]
    return PolicyChange(
        policies=tuple(policies),
        novelties=novelties,
        pruned=tuple(pruned),
        handovers=foresee_handovers(workloads, [*changed, *pruned], together, instance=instance, now=now),
        notices=tuple(each for policy in policies for each in _notice(policy, together, settings, now)),
    )


def _compare(policy: EnforcementPolicy, applied: Sequence[EnforcementPolicy]) -> Novelty:
    if policy in applied:
        return Novelty.UNCHANGED
    return Novelty.CHANGED if policy.name in {each.name for each in applied} else Novelty.CREATED


def _notice(
    policy: EnforcementPolicy, together: Sequence[EnforcementPolicy], settings: Settings, now: datetime
) -> Iterator[Notice]:
    """`together` are all policies that will be there."""
    told = [*notices(policy), *warnings_of(policy, together, now, settings.min_sleep)]
    if policy.spec.idle_window is not None and settings.prometheus_url is None:
        told.append("it asks for idleness; a worker without FINOPS_PROMETHEUS_URL (unset here) pauses nothing")
    for sentence in told:
        yield Notice(policy=policy.name, sentence=sentence)
