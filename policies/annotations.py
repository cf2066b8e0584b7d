"""The `finops.io/*` annotations: one half of the double record of every sleep.

While a workload sleeps it carries a `PauseRecord`; afterwards a `WakeNote` says how long it may not be paused again.
Both are read strictly: a value that does not parse is an `InvalidAnnotation`, and nothing is done with such a workload.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from policies.costs.cost import HourlyCost
from policies.errors import InvalidAnnotation
from policies.models import Code, Frozen, PersonName, PersonReason
from policies.times import LATEST, from_rfc3339, to_rfc3339, within_reason
from policies.wording import as_name

PREFIX = "finops.io/"

PAUSED = f"{PREFIX}paused"
PAUSED_AT = f"{PREFIX}paused-at"
PAUSED_BY = f"{PREFIX}paused-by"
ORIGINAL_REPLICAS = f"{PREFIX}original-replicas"
HOURLY_COST = f"{PREFIX}hourly-cost"
RESUME_AT = f"{PREFIX}resume-at"
PAUSE_ID = f"{PREFIX}pause-id"
INSTANCE = f"{PREFIX}instance"
ASLEEP_KEYS = (PAUSED, PAUSED_AT, PAUSED_BY, ORIGINAL_REPLICAS, HOURLY_COST, RESUME_AT, PAUSE_ID, INSTANCE)

RESUMED_AT = f"{PREFIX}resumed-at"
AWAKE_UNTIL = f"{PREFIX}awake-until"
AWAKE_BECAUSE = f"{PREFIX}awake-because"
AWAKE_BY = f"{PREFIX}awake-by"
AWAKE_REASON = f"{PREFIX}awake-reason"

EXCLUDE = f"{PREFIX}exclude"
EXCLUDE_UNTIL = f"{PREFIX}exclude-until"
WAKE_AFTER = f"{PREFIX}wake-after"

MOST_REPLICAS = 2**31 - 1
"""What fits into `spec.replicas`, an int32."""
_DIGITS = 10

Annotations = Mapping[str, str]
AnnotationPatch = dict[str, str | None]
"""A merge patch of annotations: None removes a key."""


class Because(Code):
    """Why a workload is awake."""

    COOLDOWN = "cooldown"
    PERSON = "person"
    KEEP_AWAKE = "keep-awake"
    DEPLOY = "deploy"
    RESUME_AFTER = "resume-after"
    CONTESTED = "contested"


_TOLD = {
    Because.COOLDOWN: "it cools down after a wake",
    Because.PERSON: "a person woke it",
    Because.KEEP_AWAKE: "a person keeps it awake",
    Because.DEPLOY: "it was deployed to",
    Because.RESUME_AFTER: "it slept as long as its policy's resumeAfter allows",
    Because.CONTESTED: "something kept scaling it up while it slept",
}


def tell_because(because: str) -> str:
    """The same in words; a word of a later version as it is."""
    return _TOLD.get(Because(because), because)


class PauseRecord(Frozen):
    """Everything needed to wake a workload, written before it is scaled down."""

    pause_id: str
    instance: str
    policy: str
    paused_at: datetime
    original_replicas: int
    resume_at: datetime | None = None
    cost: HourlyCost | None = None


class WakeNote(Frozen):
    """What a resume leaves behind: until when the workload is not paused again, and why."""

    resumed_at: datetime
    awake_until: datetime
    because: Because
    by: PersonName = ""
    """Who asked for it; empty where nobody did, or it is not known."""
    reason: PersonReason = ""
    """What that person said."""


def pause_patch(record: PauseRecord) -> AnnotationPatch:
    """The annotations that W1 writes. `resume-at` and `hourly-cost` go when the record has none."""
    return {
        PAUSED: "true",
        PAUSED_AT: to_rfc3339(record.paused_at),
        PAUSED_BY: record.policy,
        ORIGINAL_REPLICAS: str(record.original_replicas),
        HOURLY_COST: None if record.cost is None else record.cost.as_text(),
        RESUME_AT: None if record.resume_at is None else to_rfc3339(record.resume_at),
        PAUSE_ID: record.pause_id,
        INSTANCE: record.instance,
    }


def wake_patch(note: WakeNote | None) -> AnnotationPatch:
    """The annotations that W4 writes: ours of the sleep go, and the note stands in their place."""
    patch: AnnotationPatch = dict.fromkeys(ASLEEP_KEYS)
    return patch if note is None else patch | note_patch(note)


def note_patch(note: WakeNote) -> AnnotationPatch:
    """The annotations that keep a running workload awake."""
    return {
        RESUMED_AT: to_rfc3339(note.resumed_at),
        AWAKE_UNTIL: to_rfc3339(note.awake_until),
        AWAKE_BECAUSE: note.because.value,
        AWAKE_BY: note.by or None,
        AWAKE_REASON: note.reason or None,
    }


def is_annotated(annotations: Annotations) -> bool:
    """Whether any annotation of a sleep is left, even an incomplete set."""
    return any(key in annotations for key in ASLEEP_KEYS)


def read_pause(annotations: Annotations) -> PauseRecord | None:
    """The record of the sleep, or None where the workload carries no `finops.io/paused`.

    Raises InvalidAnnotation naming the first value that cannot be read.
    """
    if PAUSED not in annotations:
        return None
    return PauseRecord(
        pause_id=annotations.get(PAUSE_ID, ""),
        instance=annotations.get(INSTANCE, ""),
        policy=read_paused_by(annotations),
        paused_at=_read_instant(annotations, PAUSED_AT),
        original_replicas=read_original(annotations),
        resume_at=_read_instant(annotations, RESUME_AT) if RESUME_AT in annotations else None,
        cost=HourlyCost.from_text(annotations.get(HOURLY_COST, "")),
    )


def read_paused_by(annotations: Annotations) -> str:
    """The policy that put the workload to sleep, as its record names it; empty where it does not."""
    return as_name(annotations.get(PAUSED_BY, ""))


def read_original(annotations: Annotations) -> int:
    """The recorded replica count, an integer of at least 1. Raises InvalidAnnotation otherwise."""
    text = annotations.get(ORIGINAL_REPLICAS, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= MOST_REPLICAS):
        raise InvalidAnnotation(ORIGINAL_REPLICAS, text, "a whole number of at least 1")
    return int(text)


def read_note(annotations: Annotations) -> WakeNote | None:
    """The note of the last wake, or None. Raises InvalidAnnotation."""
    if AWAKE_UNTIL not in annotations:
        return None
    awake_until = _read_instant(annotations, AWAKE_UNTIL)
    return WakeNote(
        resumed_at=_read_instant(annotations, RESUMED_AT) if RESUMED_AT in annotations else awake_until,
        awake_until=awake_until,
        because=Because(as_name(annotations.get(AWAKE_BECAUSE, Because.PERSON))),
        by=annotations.get(AWAKE_BY, ""),
        reason=annotations.get(AWAKE_REASON, ""),
    )


def read_resumed_at(annotations: Annotations) -> datetime | None:
    """When the workload woke last, or None. Raises InvalidAnnotation."""
    return _read_instant(annotations, RESUMED_AT) if RESUMED_AT in annotations else None


def excluded_until(annotations: Annotations, zone: tzinfo) -> datetime | None:
    """Until when a person excluded the workload: LATEST for `exclude`, None where nobody did.

    A plain date in `exclude-until` ends with that day in `zone`. Raises InvalidAnnotation: another value was meant to
    say something, and a guess could pause what it protects.
    """
    exclude = annotations.get(EXCLUDE, "false")
    if exclude not in {"true", "false"}:
        raise InvalidAnnotation(EXCLUDE, exclude, '"true" or "false"')
    if exclude == "true":
        return LATEST
    text = annotations.get(EXCLUDE_UNTIL)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _read_instant(annotations, EXCLUDE_UNTIL)
    if day >= LATEST.date():
        return LATEST
    return within_reason(datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone))


def kept_awake_until(namespace: Annotations, zone: tzinfo) -> datetime | None:
    """Until when no workload in a namespace that carries these is put to sleep, or None. Raises InvalidAnnotation."""
    note, excluded = read_note(namespace), excluded_until(namespace, zone)
    ends = (excluded, None if note is None else note.awake_until)
    return max((end for end in ends if end is not None), default=None)


def is_excluded(annotations: Annotations, zone: str, now: datetime) -> bool:
    """Whether a person excluded the workload. A value that cannot be read counts as an exclusion: in doubt the workload
    runs.
    """
    return _is_ahead(excluded_until, annotations, zone, now)


def is_namespace_awake(annotations: Annotations, zone: str, now: datetime) -> bool:
    """Whether nothing may sleep in a namespace with these annotations, by the same rule."""
    return _is_ahead(kept_awake_until, annotations, zone, now)


def _is_ahead(
    read: Callable[[Annotations, tzinfo], datetime | None], annotations: Annotations, zone: str, now: datetime
) -> bool:
    try:
        until = read(annotations, ZoneInfo(zone))
    except InvalidAnnotation:
        return True
    return until is not None and until > now


def _read_instant(annotations: Annotations, key: str) -> datetime:
    text = annotations.get(key, "")
    try:
        return from_rfc3339(text)
    except ValueError:
        raise InvalidAnnotation(key, text, "a time such as 2026-11-23T19:00:00Z") from None
