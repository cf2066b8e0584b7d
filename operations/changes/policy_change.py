"""What putting policies in force would change, and for whom. Nothing is written here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from activities.snapshot import Hold
from operations.changes.forecast import Forecast
from operations.changes.handover import Handover, foresee_handovers
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
    """Policies that are to be in force, those that go, and what that does to what is asleep."""

    policies: tuple[EnforcementPolicy, ...]
    novelties: dict[str, Novelty]
    """By the policies' names."""
    pruned: tuple[str, ...] = ()
    handovers: tuple[Handover, ...] = ()
    """Of the policies that are new or changed, then of those that are pruned."""
    notices: tuple[Notice, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    """Of the policies that are new or changed."""
    hold: Hold | None = None
    """The hold that is on: nothing goes to sleep until it is released."""
    unknowns: tuple[str, ...] = ()
    """What could not be found out, and what that means."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the policies that are to be in force."""
        return tuple(policy.name for policy in self.policies)

    @property
    def changed(self) -> tuple[str, ...]:
        """Those of them that are not in force as they are, the new ones among them."""
        return tuple(name for name in self.names if self.novelties[name] is not Novelty.UNCHANGED)

    @property
    def to_write(self) -> tuple[EnforcementPolicy, ...]:
        """The policies of those names."""
        return tuple(policy for policy in self.policies if self.novelties[policy.name] is not Novelty.UNCHANGED)

    @property
    def more(self) -> frozenset[str]:
        """All that go to sleep and would not have so far."""
        return frozenset(name for forecast in self.forecasts for name in forecast.more)

    @property
    def longer(self) -> frozenset[str]:
        """All others that sleep at more hours than so far."""
        return frozenset(name for forecast in self.forecasts for name in forecast.longer) - self.more

    @property
    def wake(self) -> int:
        """How many sleepers wake because of it."""
        return sum(handover.wake for handover in self.handovers)

    @property
    def asleep(self) -> int:
        """How many sleep under what changes or goes."""
        return sum(handover.asleep for handover in self.handovers)


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
        handovers=foresee_handovers(
            workloads, [*changed, *pruned], together, instance=instance, now=now, before=applied
        ),
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
