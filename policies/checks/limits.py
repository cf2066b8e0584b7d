"""How many may go to sleep in one run: the policy's own limit, the room in its first window, and the brake over the
whole cluster.
"""

from policies.checks.decision import Candidate
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.workload import WorkloadRef

_FIRST = WorkloadKey("", "")
"""Before every other."""


class Census(Frozen):
    """The cluster as this run's listing counted it, protected Deployments left out."""

    deployments: int = 0
    """All that run or sleep."""
    asleep: int = 0
    """Annotated sleepers, by any policy."""
    pausing: int = 0
    """Open hibernations on their way to sleep."""

    def plus(self, other: "Census") -> "Census":
        """Both counts together."""
        return Census(
            deployments=self.deployments + other.deployments,
            asleep=self.asleep + other.asleep,
            pausing=self.pausing + other.pausing,
        )


class Brake(Frozen):
    """The run would put more of the cluster to sleep than the policy allows, so it pauses nothing."""

    would_sleep_percent: float
    allowed_percent: float

    def __str__(self) -> str:
        return (
            f"{self.would_sleep_percent:.0f} % of the cluster's Deployments would be asleep, "
            f"{self.allowed_percent:.0f} % are allowed (maxAffectedPercent): this run pauses nothing"
        )


class Selection(Frozen):
    """Who is paused in this run, and how many wait for the next."""

    chosen: tuple[Candidate, ...] = ()
    held_back: int = 0
    held_by_first_window: int = 0
    """How many wait for the policy's second window."""
    brake: Brake | None = None

    @property
    def chosen_last(self) -> WorkloadRef | None:
        """The last one; None where none was chosen."""
        return self.chosen[-1].seen.ref if self.chosen else None


def select(
    candidates: tuple[Candidate, ...],
    census: Census,
    max_actions: int | None,
    max_percent: float | None,
    chosen_last: WorkloadRef | None = None,
    room: int | None = None,
) -> Selection:
    """The candidates by namespace and name, as many as one run may pause, from behind the one chosen last
    and round again: where some cannot be paused, the others get their turn all the same. `room` is what the policy's
    first window leaves.
    """
    last = _FIRST if chosen_last is None else chosen_last.key
    keyed = {candidate.seen.ref.key: candidate for candidate in candidates}
    ordered = [keyed[key] for key in sorted(keyed, key=lambda key: (key <= last, key))]
    most = min((each for each in (max_actions, room) if each is not None), default=None)
    chosen = tuple(ordered[:most])
    if chosen and max_percent is not None and census.deployments:
        share = 100 * (census.asleep + census.pausing + len(chosen)) / census.deployments
        if share > max_percent:
            return Selection(
                held_back=len(ordered), brake=Brake(would_sleep_percent=share, allowed_percent=max_percent)
            )
    held = len(ordered) - len(chosen)
    if room is not None and most == room:
        return Selection(chosen=chosen, held_by_first_window=held)
    return Selection(chosen=chosen, held_back=held)
