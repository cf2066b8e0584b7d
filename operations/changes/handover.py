"""What a change of policies does to what is asleep: what goes on, what is handed over, what wakes. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from operations.targets import instance_of, is_sleeper
from policies import annotations as notes
from policies.models import Frozen
from policies.policy.document import EnforcementPolicy
from policies.readable import readable_pause
from policies.sleep.wishes import as_sleeper, wants_asleep
from policies.workload import Workload


class Handover(Frozen):
    """What becomes of one policy's sleepers."""

    policy: str
    asleep: int = 0
    stay: int = 0
    moved: int = 0
    """Those of them that will wake at another time than so far."""
    handed_to: dict[str, int] = {}
    wake: int = 0
    unreadable: int = 0

    def __str__(self) -> str:
        """For instance `weekend: 812 asleep: 800 handed to nights, 12 will wake`."""
        if not self.asleep:
            return f"{self.policy}: nothing sleeps under it"
        moved = f" ({self.moved:,} until another time)" if self.moved else ""
        parts = [f"{self.stay:,} {'stays' if self.stay == 1 else 'stay'} asleep{moved}"] if self.stay else []
        parts += [f"{count:,} handed to {policy}" for policy, count in sorted(self.handed_to.items())]
        parts += [f"{self.wake:,} will wake"] if self.wake else []
        parts += [f"{self.unreadable:,} left as they are, with an unreadable record"] if self.unreadable else []
        return f"{self.policy}: {self.asleep:,} asleep: {', '.join(parts)}"


def foresee_handovers(
    workloads: Iterable[Workload],
    affected: Sequence[str],
    remaining: Sequence[EnforcementPolicy],
    *,
    instance: str | None,
    now: datetime,
    before: Sequence[EnforcementPolicy] = (),
) -> tuple[Handover, ...]:
    """What happens to the sleepers of the affected policies when only the remaining ones are asked; `before` are those
    that are asked so far.

    Sleepers of other installations are left out.
    """
    wishes: dict[str, Counter[str | None]] = {policy: Counter() for policy in affected}
    unreadable, moved = Counter[str](), Counter[str]()
    for workload in workloads:
        policy = notes.read_paused_by(workload.annotations)
        if policy not in wishes or not is_sleeper(workload) or instance not in (None, instance_of(workload)):
            continue
        record = readable_pause(workload.annotations)
        if record is None:
            unreadable[policy] += 1
            continue
        sleeper = as_sleeper(workload, record)
        wish, was = wants_asleep(remaining, sleeper, now), wants_asleep(before, sleeper, now)
        wishes[policy][None if wish is None else wish.policy] += 1
        if wish is not None and was is not None and wish.policy == policy and wish.until != was.until:
            moved[policy] += 1
    return tuple(_sum_up(policy, wishes[policy], unreadable[policy], moved[policy]) for policy in affected)


def _sum_up(policy: str, wishes: Counter[str | None], unreadable: int, moved: int) -> Handover:
    return Handover(
        policy=policy,
        asleep=wishes.total() + unreadable,
        stay=wishes[policy],
        moved=moved,
        handed_to={name: count for name, count in wishes.items() if name not in (None, policy)},
        wake=wishes[None],
        unreadable=unreadable,
    )
