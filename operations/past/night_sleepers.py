"""Who slept in a stretch of time, each with its last sleep, and how it is now.

Temporal remembers sleeps and who ended them; the cluster knows what is asleep, and whether pods are back. Where one of
them cannot be asked, the other tells what it knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.hibernation.listing import ListedHibernation
from operations.targets import WorkloadName, instance_of, is_sleeper
from policies import annotations as notes
from policies.keys import WorkloadKey
from policies.models import Frozen
from policies.readable import readable_note, readable_pause
from policies.runs.nights import Fate, Night, available_at, judge_wake, night_of, woken_since
from policies.sleep.discrepancies import OVERDUE_AFTER
from policies.sleep.ledger import Slept
from policies.sleep.messages import Phase
from policies.sleep.wake_note import tell_wake
from policies.workload import Workload

DAMAGED = "its record is damaged, so that nothing wakes it (finops history)"
NOT_WOKEN = "its time has come, and nothing has woken it"


class NightSleeper(Frozen):
    """A workload that slept: its last sleep, and how it is now."""

    workload: WorkloadName
    policy: str = ""
    """Nothing where only the note of its wake is left, which does not tell."""
    slept_at: datetime | None = None
    woke_at: datetime | None = None
    why: str = ""
    """Why it woke, and by whom, where that is known."""
    fate: Fate = Fate.UNKNOWN
    available_at: datetime | None = None
    trouble: str = ""
    """Why it is not available, or not woken."""


@dataclass(frozen=True)
class NightKnown:
    """What the cluster and Temporal know at this moment."""

    now: datetime
    listed: Mapping[WorkloadKey, Workload] | None
    """All workloads; None where the cluster could not be asked."""
    opened: Mapping[WorkloadKey, ListedHibernation]
    """Those that Temporal has asleep."""


def last_sleeps(sleeps: Iterable[Slept], since: datetime) -> Mapping[WorkloadKey, Slept]:
    """The last sleep of each workload that slept at any time since then."""
    recent = (sleep for sleep in sleeps if sleep.end is None or sleep.end >= since)
    return {sleep.ref.key: sleep for sleep in sorted(recent, key=lambda sleep: sleep.start)}


def find_noted(known: NightKnown, since: datetime) -> Mapping[WorkloadKey, datetime]:
    """When those woke that carry the note of a wake since then."""
    listed = known.listed or {}
    return {key: at for key, each in listed.items() if (at := woken_since(each, since, known.now)) is not None}


def find_damaged(known: NightKnown, instance: str | None) -> Mapping[WorkloadKey, str]:
    """Sleepers of ours with a record that cannot be read and that no hibernation knows, with what they name as their
    policy: nobody wakes them.
    """
    return {
        key: each.annotations.get(notes.PAUSED_BY, "")
        for key, each in (known.listed or {}).items()
        if key not in known.opened
        and is_sleeper(each)
        and (instance is None or instance_of(each) == instance)
        and readable_pause(each.annotations) is None
    }


def describe_sleepers(
    last: Mapping[WorkloadKey, Slept],
    noted: Mapping[WorkloadKey, datetime],
    damaged: Mapping[WorkloadKey, str],
    known: NightKnown,
) -> tuple[NightSleeper, ...]:
    """Each that slept, by name; also those of which only a note or a damaged record tells."""
    told = {key: NightSleeper(workload=key, woke_at=at) for key, at in noted.items()}
    for key, sleep in last.items():
        told[key] = NightSleeper(
            workload=key, policy=sleep.policy, slept_at=sleep.start, woke_at=sleep.end, why=sleep.woken
        )
    found = {key: _as_it_is(each, known) for key, each in told.items()}
    for key, policy in damaged.items():
        found[key] = NightSleeper(workload=key, policy=policy, fate=Fate.STUCK, trouble=DAMAGED)
    return tuple(found[key] for key in sorted(found))


def add_up(sleepers: Sequence[NightSleeper]) -> Night:
    """All of them in figures."""
    night = Night()
    for each in sleepers:
        night = night.plus(night_of(str(each.workload), each.fate, each.available_at, each.trouble.partition(":")[0]))
    return night


def _as_it_is(told: NightSleeper, known: NightKnown) -> NightSleeper:
    workload = None if known.listed is None else known.listed.get(told.workload)
    woke_at = told.woke_at
    if woke_at is None:
        return _asleep(told, workload, known)
    if known.listed is None:
        return told
    if workload is None:
        return told.replace(fate=Fate.GONE)
    fate = judge_wake(workload, woke_at, known.now)
    told = told.replace(fate=fate, why=told.why or _why(workload))
    return told.replace(available_at=available_at(workload, woke_at)) if fate is Fate.AVAILABLE else told


def _asleep(told: NightSleeper, workload: Workload | None, known: NightKnown) -> NightSleeper:
    opened = known.opened.get(told.workload)
    due = opened.resume_at if opened is not None else None if workload is None else _due(workload)
    failing = opened is not None and opened.phase is Phase.RESUME_FAILING
    if not failing and (due is None or due >= known.now - OVERDUE_AFTER):
        return told.replace(fate=Fate.ASLEEP)
    return told.replace(fate=Fate.STUCK, trouble=(opened.trouble if opened is not None else "") or NOT_WOKEN)


def _due(workload: Workload) -> datetime | None:
    """When it is to wake, by its record."""
    record = readable_pause(workload.annotations)
    return None if record is None else record.resume_at


def _why(workload: Workload) -> str:
    """Why it woke, by its note alone."""
    note = readable_note(workload.annotations)
    return "" if note is None else tell_wake(note)
