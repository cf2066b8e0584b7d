"""Sleepers that nobody will wake, because Temporal or the worker is away."""

from collections.abc import Iterable
from datetime import UTC, datetime

from operations.installation import Installation
from operations.standing.carriers import list_carriers
from operations.standing.standing import WorkloadStanding
from operations.times import show_time
from operations.zones import Zones, read_zones
from policies.models import Frozen
from policies.sleep.messages import Phase
from policies.wording import count


class Unwatched(Frozen):
    """How many there are, and when the first should wake."""

    count: int = 0
    first_due: datetime | None = None
    """None where they sleep until somebody wakes them."""
    zone: str | None = None
    """That of the policy of the first, by its IANA name; None where it is not known."""
    overdue: int = 0
    """How many should be awake already."""
    instance: str | None = None
    """Whose they are; None where that is not known, and all count."""

    @property
    def sentence(self) -> str:
        """What follows for them, and what is to be done; empty where there are none."""
        return f"{self.outcome}; {self.remedy}" if self.count else ""

    @property
    def outcome(self) -> str:
        """What follows for them; empty where there are none."""
        if not self.count:
            return ""
        said = f"{count(self.count, 'sleeper')} that nobody will wake"
        if self.first_due is None:
            return said
        which = "it" if self.count == 1 else "the first"
        if not self.overdue:
            return f"{said}: {which} is due {show_time(self.first_due, self.zone)}"
        late = "it is overdue" if self.count == 1 else f"{self.overdue} overdue, the first"
        return f"{said}: {late} since {show_time(self.first_due, self.zone)}"

    @property
    def remedy(self) -> str:
        """How they are woken."""
        whose = "" if self.instance is not None else " --instance NAME"
        return f"start the worker, or wake them now with `finops resume --all --direct{whose}`"


def count_unwatched(
    sleepers: Iterable[WorkloadStanding], now: datetime, instance: str | None = None, zones: Zones | None = None
) -> Unwatched:
    """Of these, those that there is something to wake of."""
    asleep = [each for each in sleepers if not each.is_awake and each.phase is not Phase.PAUSING]
    due = sorted((each.resume_at, each.policy, each.namespace) for each in asleep if each.resume_at is not None)
    first_due, *of = due[0] if due else (None, "", "")
    return Unwatched(
        count=len(asleep),
        first_due=first_due,
        zone=None if zones is None or first_due is None else zones.of(*of),
        overdue=sum(at <= now for at, _, _ in due),
        instance=instance,
    )


def find_unwatched(installation: Installation) -> Unwatched | None:
    """Those of this installation, by the cluster alone; None where that cannot be asked."""
    found = list_carriers(installation)
    if found.trouble:
        return None
    now, mine = datetime.now(UTC), installation.known_instance
    return count_unwatched(found.stand(mine, now), now, mine, read_zones(installation))
