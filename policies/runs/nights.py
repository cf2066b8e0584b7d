"""A night in figures: who slept, who woke, and whether their pods came back; and all of it in one sentence.

The morning report counts it from all that is known, a run of a policy from its listing alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies import annotations as notes
from policies.annotations import Because
from policies.calendar.sleep_windows import begun_windows
from policies.models import Code, Frozen
from policies.policy.document import EnforcementPolicy
from policies.readable import readable_note
from policies.sleep.discrepancies import READY_WITHIN
from policies.times import name_zone
from policies.workload import Workload

WITHOUT_WINDOW = timedelta(hours=24)
"""What is looked back over where no policy has a schedule."""
BY_ITS_WAKE = timedelta(hours=1)
"""What becomes available later than this after its wake was deployed or broken meanwhile, or mended."""
_BLUR = timedelta(seconds=5)
"""The times of conditions are whole seconds of another clock."""
_CLOCKS_DIFFER = timedelta(minutes=5)
"""A wake is dated by the worker's clock, and read by another."""
_NAMED = 3
_KEPT = 10


class Fate(Code):
    """How a workload that slept is now."""

    ASLEEP = "asleep"
    STUCK = "stuck"
    """It should be awake, and cannot be woken."""
    AVAILABLE = "available"
    STARTING = "starting"
    """Not all of its pods yet, and the wake is less than 15 minutes old."""
    NOT_AVAILABLE = "not-available"
    AT_ZERO = "at-zero"
    """Somebody scaled it to zero since."""
    GONE = "gone"
    """It was deleted."""
    UNKNOWN = "unknown"
    """It woke; the cluster could not be asked for its pods."""


class Left(Frozen):
    """A workload that is not as it should be after a night, and why, where that is known."""

    workload: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.workload} ({self.why})" if self.why else self.workload


class Night(Frozen):
    """What a stretch of time came to."""

    asleep: int = 0
    """Those that sleep still."""
    woke: int = 0
    """Those that are awake again, whatever became of their pods."""
    gone: int = 0
    """Those that were deleted, or that somebody else wants at zero."""
    available: int = 0
    available_by: datetime | None = None
    """When the last of them became available after its wake; None where that is not known of any."""
    timed: int = 0
    """Of how many of them that is known."""
    starting: int = 0
    unknown: int = 0
    """Those that woke and of whose pods nothing is known: the cluster could not be asked."""
    not_available: int = 0
    left: tuple[Left, ...] = ()
    """The first of those that are not available."""
    stuck: tuple[Left, ...] = ()
    """Sleepers that should be awake and cannot be woken: all of them, for they are counted by their names."""

    @property
    def slept(self) -> int:
        """All that slept, for however long."""
        return self.asleep + self.woke + self.gone

    @property
    def needs_somebody(self) -> bool:
        """Whether something is not as it should be, or is not known to be: not available, not woken, not asked."""
        return bool(self.not_available or self.stuck or self.unknown)

    def plus(self, other: "Night") -> "Night":
        """Both counts together."""
        times = [each.available_by for each in (self, other) if each.available_by is not None]
        return Night(
            asleep=self.asleep + other.asleep,
            woke=self.woke + other.woke,
            gone=self.gone + other.gone,
            available=self.available + other.available,
            available_by=max(times, default=None),
            timed=self.timed + other.timed,
            starting=self.starting + other.starting,
            unknown=self.unknown + other.unknown,
            not_available=self.not_available + other.not_available,
            left=(*self.left, *other.left)[:_KEPT],
            stuck=(*self.stuck, *other.stuck),
        )


def begin_of_night(policies: Iterable[EnforcementPolicy], now: datetime) -> datetime:
    """Since when a morning report looks back: since the latest window began, or an earlier one that ran on into it.

    Without a schedule, or where a window has always run: the last 24 hours.
    """
    latest = [windows[-1] for each in policies if (windows := begun_windows(each, now))]
    begun = [(window.start, window.end) for window in latest if window.start is not None]
    if not begun:
        return now - WITHOUT_WINDOW
    last = max(start for start, _ in begun)
    return min(start for start, end in begun if end is None or end > last or start == last)


def begin_of_last_night(policy: EnforcementPolicy, now: datetime) -> datetime:
    """Since when a window's first digest looks back: since the window before this one began; else 24 hours."""
    over = [window for window in begun_windows(policy, now) if not window.includes(now)]
    start = over[-1].start if over else None
    return now - WITHOUT_WINDOW if start is None else start


def night_of(workload: str, fate: Fate, available_by: datetime | None = None, why: str = "") -> Night:
    """What one workload adds. `why` is why it is not available or not woken, where that is known."""
    left = (Left(workload=workload, why=why),)
    match fate:
        case Fate.ASLEEP:
            return Night(asleep=1)
        case Fate.STUCK:
            return Night(asleep=1, stuck=left)
        case Fate.AVAILABLE:
            return Night(woke=1, available=1, available_by=available_by, timed=0 if available_by is None else 1)
        case Fate.STARTING:
            return Night(woke=1, starting=1)
        case Fate.NOT_AVAILABLE:
            return Night(woke=1, not_available=1, left=left)
        case Fate.AT_ZERO | Fate.GONE:
            return Night(gone=1)
    return Night(woke=1, unknown=1)


def count_night(workload: Workload, since: datetime, now: datetime) -> Night:
    """What one workload adds, by what it carries: it sleeps, or it was woken since then; else nothing."""
    if workload.is_down and notes.PAUSED in workload.annotations:
        return Night(asleep=1)
    woke_at = woken_since(workload, since, now)
    if woke_at is None:
        return Night()
    return night_of(str(workload.ref), judge_wake(workload, woke_at, now), available_at(workload, woke_at))


def woken_since(workload: Workload, since: datetime, now: datetime) -> datetime | None:
    """When the note of a workload says that it woke, if that was since then. What somebody merely kept awake, also with
    an `awake-until` set by hand, did not sleep as far as its note tells; nor did what is to wake in the future.
    """
    note = readable_note(workload.annotations)
    if note is None or note.because is Because.KEEP_AWAKE or notes.RESUMED_AT not in workload.annotations:
        return None
    return min(note.resumed_at, now) if since <= note.resumed_at <= now + _CLOCKS_DIFFER else None


def judge_wake(workload: Workload, woke_at: datetime, now: datetime) -> Fate:
    """Whether the pods of a workload came back after its wake, as its Deployment says now."""
    if workload.is_down:
        return Fate.AT_ZERO
    if workload.rollout.available_replicas >= workload.replicas:
        return Fate.AVAILABLE
    return Fate.STARTING if now - woke_at < READY_WITHIN else Fate.NOT_AVAILABLE


def available_at(workload: Workload, woke_at: datetime) -> datetime | None:
    """When a workload that is available became so by its wake. None where that is not known: with a maxUnavailable that
    allows it, a Deployment counts as available without any pod.
    """
    changed = workload.rollout.available_changed_at
    return changed if changed is not None and woke_at - _BLUR <= changed <= woke_at + BY_ITS_WAKE else None


def tell_night(night: Night, zone: str, now: datetime) -> str:
    """The night in a sentence, its times in a zone: `116 slept, 116 woke, 115 available by 07:04 CET, 1 not: ...`."""
    if not night.slept:
        return "nothing slept"
    told = [f"{night.slept:,} slept"]
    if night.woke:
        told.append(f"{night.woke:,} woke")
    if night.available:
        told.append(f"{night.available:,} available{_say_by(night, zone, now)}")
    if night.starting:
        told.append(f"{night.starting:,} still starting")
    if night.unknown:
        told.append(f"{night.unknown:,} not known to be available, because the cluster could not be asked")
    if night.not_available:
        what = "not" if night.available else "not available"
        told.append(f"{night.not_available:,} {what}{_name(night.left, night.not_available)}")
    if night.gone:
        told.append(f"{night.gone:,} deleted or left at zero by somebody")
    asleep = night.asleep - len(night.stuck)
    if asleep > 0:
        told.append(f"{asleep:,} still asleep")
    if night.stuck:
        told.append(f"{len(night.stuck)} should be awake and not woken{_name(night.stuck, len(night.stuck))}")
    return ", ".join(told)


def _say_by(night: Night, zone: str, now: datetime) -> str:
    if night.available_by is None:
        return ""
    clock = _show_clock(night.available_by, zone, now)
    return f" by {clock}" if night.timed == night.available else f" ({night.timed:,} of them by {clock})"


def _name(left: tuple[Left, ...], number: int) -> str:
    """`: a, b, c and 2 more`; empty where none is named."""
    named = ", ".join(map(str, left[:_NAMED]))
    more = number - min(len(left), _NAMED)
    return f": {named} and {more:,} more" if named and more else f": {named}" if named else ""


def _show_clock(at: datetime, zone: str, now: datetime) -> str:
    """The time of day with the name of its zone; with its day where that is not today."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{local.strftime('%H:%M' if local.date() == today else '%a %d %b %H:%M')} {name_zone(local)}"
