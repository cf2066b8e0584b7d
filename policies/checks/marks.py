"""What people say against a pause by their annotations: on the workload, on its namespace, or by the note of a wake.

One answer for everybody who asks: the evaluation, `decide()` on each fresh look before W1, and the pause activity on
the object that W1 returned. Between the first and the last lie minutes, and a mark may come at any of them.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from policies import annotations as notes
from policies.annotations import Annotations
from policies.checks.case import Finding
from policies.checks.reasons import Reason
from policies.errors import InvalidAnnotation
from policies.times import LATEST, tell_instant, to_rfc3339


def object_by_marks(carried: Annotations, zone: str, now: datetime, *, by_hand: bool = False) -> Finding | None:
    """What the workload's own annotations say against a pause at this instant, or None.

    `zone` is the policy's: a plain date ends with that day there. A person's pause overrules the note of a wake and
    nothing else. What cannot be read counts against the pause: somebody wrote it for a reason.
    """
    try:
        return object_by_exclusion(carried, zone, now) or (None if by_hand else object_by_note(carried, zone, now))
    except InvalidAnnotation as error:
        return unreadable(error)


def object_by_exclusion(carried: Annotations, zone: str, now: datetime) -> Finding | None:
    """Excluded, where a person excluded the workload. Raises InvalidAnnotation."""
    until = notes.excluded_until(carried, ZoneInfo(zone))
    if until is None or until <= now:
        return None
    if carried.get(notes.EXCLUDE) == "true":
        return Finding(reason=Reason.EXCLUDED, sentence=f"a person excluded it with {notes.EXCLUDE}")
    return Finding(
        reason=Reason.EXCLUDED,
        sentence=f"a person excluded it until {carried[notes.EXCLUDE_UNTIL]}",
        evidence={"until": to_rfc3339(until)},
    )


def object_by_namespace(marks: Annotations, namespace: str, zone: str, now: datetime) -> Finding | None:
    """Excluded, where a person excluded the whole namespace or keeps it awake. Raises InvalidAnnotation."""
    until = notes.kept_awake_until(marks, ZoneInfo(zone))
    if until is None or until <= now:
        return None
    said = "" if until == LATEST else f" until {tell_instant(until, zone, now)}"
    return Finding(
        reason=Reason.EXCLUDED,
        sentence=f"a person excluded its namespace {namespace}{said}",
        evidence={"until": to_rfc3339(until)},
    )


def object_by_note(carried: Annotations, zone: str, now: datetime) -> Finding | None:
    """KeptAwake, until the time that the last wake, or a person, set. Raises InvalidAnnotation."""
    note = notes.read_note(carried)
    if note is None or note.awake_until <= now:
        return None
    return Finding(
        reason=Reason.KEPT_AWAKE,
        sentence=f"kept awake until {tell_instant(note.awake_until, zone, now)}: {notes.tell_because(note.because)}",
        evidence={"awake until": to_rfc3339(note.awake_until), "because": note.because.value},
    )


def unreadable(error: InvalidAnnotation) -> Finding:
    """InvalidAnnotation, with the value that cannot be read."""
    return Finding(reason=Reason.INVALID_ANNOTATION, sentence=str(error), evidence={error.key: error.value})
