"""What sleep avoided over a period: sleeps put together from all sources that remember them, and summed.

A sleep is known by its pause-id. Two hibernations can remember the same one (its workflow was lost, and another took it
over), and it must not be counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from policies.annotations import PauseRecord
from policies.costs.cost import HourlyCost, Requests
from policies.costs.savings import avoided_between
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.readable import readable_pause
from policies.workload import Workload, WorkloadRef


class Slept(Frozen):
    """One sleep: a workload at zero from then until then, or until now."""

    ref: WorkloadRef
    policy: str
    start: datetime
    end: datetime | None = None
    pause_id: str = ""
    cost: HourlyCost | None = None
    """Frozen when it was paused; None where no price was known."""
    freed: Requests = Requests()
    """What its pods requested; known of those who still sleep."""
    raised_soon: bool = False
    """Somebody raised its count within minutes of the pause."""
    replicas: int | None = None
    """The count that it went to sleep with."""
    woken: str = ""
    """Why it ended, and by whom, in a sentence."""

    def avoided_by(self, now: datetime) -> float | None:
        """What it avoided, or has so far; None where no price was known."""
        return None if self.cost is None else avoided_between(self.cost, self.start, self.end or now)


class Period(Frozen):
    """From when until when is counted."""

    since: datetime
    until: datetime

    def clip(self, sleep: Slept) -> tuple[datetime, datetime]:
        """The part of a sleep inside."""
        return max(sleep.start, self.since), min(sleep.end or self.until, self.until)

    def holds(self, sleep: Slept) -> bool:
        """Whether any of it lies inside."""
        start, end = self.clip(sleep)
        return start < end


class Entry(Frozen):
    """The savings of one workload under one policy."""

    policy: str
    namespace: str
    name: str = ""
    """Nothing in an entry of several workloads."""
    currency: str = ""
    sources: tuple[str, ...] = ()
    asleep: int = 0
    """How many of it sleep now."""
    freed: Requests = Requests()
    hourly: float = 0.0
    sleeps: int = 0
    slept_hours: float = 0.0
    avoided: float = 0.0
    unpriced: int = 0
    """Sleeps without a price: they are counted, but what they avoided is not known."""

    def plus(self, other: "Entry") -> "Entry":
        """Both together, under the names of this one. They are in one currency, or the other one has no price."""
        return self.replace(
            sources=tuple(sorted({*self.sources, *other.sources})),
            asleep=self.asleep + other.asleep,
            freed=self.freed.plus(other.freed),
            hourly=self.hourly + other.hourly,
            sleeps=self.sleeps + other.sleeps,
            slept_hours=self.slept_hours + other.slept_hours,
            avoided=self.avoided + other.avoided,
            unpriced=self.unpriced + other.unpriced,
        )


def slept_by(ref: WorkloadRef, record: PauseRecord, end: datetime | None = None, woken: str = "") -> Slept:
    """The sleep that a record tells of; without `end` it goes on."""
    return Slept(
        ref=ref,
        policy=record.policy,
        start=record.paused_at,
        end=end,
        pause_id=record.pause_id,
        cost=record.cost,
        replicas=record.original_replicas,
        woken=woken,
    )


def sleep_of(workload: Workload) -> Slept | None:
    """The sleep that a Deployment is in, from what it carries; None where it does not sleep, or its record cannot be
    read.
    """
    record = readable_pause(workload.annotations) if workload.is_down else None
    if record is None:
        return None
    return slept_by(workload.ref, record).replace(freed=workload.requests.times(record.original_replicas))


def merge(sleeps: Iterable[Slept]) -> tuple[Slept, ...]:
    """Each sleep once. One that somebody saw going on goes on; else it ended when the last one saw it end."""
    alone: list[Slept] = []
    known: dict[tuple[WorkloadKey, str], Slept] = {}
    for sleep in sleeps:
        if not sleep.pause_id:
            alone.append(sleep)
            continue
        key = (sleep.ref.key, sleep.pause_id)
        known[key] = _join(known[key], sleep) if key in known else sleep
    return (*alone, *known.values())


def enter(sleeps: Iterable[Slept], period: Period) -> tuple[Entry, ...]:
    """The savings of each workload under each policy, in order."""
    return _sum(_entry_of(sleep, period) for sleep in sleeps if period.holds(sleep))


def group(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same by policy and namespace."""
    return _sum(entry.replace(name="") for entry in entries)


def total(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The sum for each currency."""
    return _sum(entry.replace(policy="", namespace="", name="") for entry in entries)


def _join(one: Slept, other: Slept) -> Slept:
    ends = (one.end, other.end)
    return one.replace(
        start=min(one.start, other.start),
        end=None if None in ends else max(end for end in ends if end is not None),
        cost=one.cost or other.cost,
        freed=other.freed if one.freed.nothing else one.freed,
        replicas=one.replicas or other.replicas,
        woken=one.woken or other.woken,
    )


def _entry_of(sleep: Slept, period: Period) -> Entry:
    start, end = period.clip(sleep)
    asleep, cost = sleep.end is None, sleep.cost
    return Entry(
        policy=sleep.policy,
        namespace=sleep.ref.namespace,
        name=sleep.ref.name,
        currency="" if cost is None else cost.currency,
        sources=() if cost is None else (cost.source,),
        asleep=int(asleep),
        freed=sleep.freed if asleep else Requests(),
        hourly=0.0 if cost is None or not asleep else cost.amount,
        sleeps=1,
        slept_hours=(end - start) / timedelta(hours=1),
        avoided=0.0 if cost is None else avoided_between(cost, start, end),
        unpriced=int(cost is None),
    )


def _sum(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry for each name and currency. What has no price stands in the first of its name, and alone where nothing
    of that name has one.
    """
    summed: dict[tuple[str, str, str], dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        of_name = summed[entry.policy, entry.namespace, entry.name]
        known = of_name.get(entry.currency)
        of_name[entry.currency] = entry if known is None else known.plus(entry)
    for of_name in summed.values():
        if len(of_name) > 1 and "" in of_name:
            without, first = of_name.pop(""), min(of_name)
            of_name[first] = of_name[first].plus(without)
    return tuple(summed[name][currency] for name in sorted(summed) for currency in sorted(summed[name]))
