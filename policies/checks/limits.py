"""How many may go to sleep in one run: the policy's own limit, and the brake over the whole cluster."""

from policies.checks.decision import Candidate
from policies.models import Frozen


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
    brake: Brake | None = None

    @property
    def last_chosen(self) -> str:
        """`namespace/name` of the last one; nothing where none was chosen."""
        return str(self.chosen[-1].seen.ref) if self.chosen else ""


def select(
    candidates: tuple[Candidate, ...],
    census: Census,
    max_actions: int | None,
    max_percent: float | None,
    last_chosen: str = "",
) -> Selection:
    """The candidates by namespace and name, as many as one run may pause, from behind the one chosen last
    (`namespace/name`) and round again: where some cannot be paused, the others get their turn all the same.
    """
    last = _place(last_chosen)
    placed = {_place(str(candidate.seen.ref)): candidate for candidate in candidates}
    ordered = [placed[place] for place in sorted(placed, key=lambda place: (place <= last, place))]
    chosen = tuple(ordered if max_actions is None else ordered[:max_actions])
    if chosen and max_percent is not None and census.deployments:
        share = 100 * (census.asleep + census.pausing + len(chosen)) / census.deployments
        if share > max_percent:
            return Selection(
                held_back=len(ordered), brake=Brake(would_sleep_percent=share, allowed_percent=max_percent)
            )
    return Selection(chosen=chosen, held_back=len(ordered) - len(chosen))


def _place(deployment: str) -> tuple[str, ...]:
    return tuple(deployment.split("/"))
