"""How long a workload stays awake after its wake."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from policies.annotations import Because, WakeNote
from policies.sleep.wishes import Wish

BY_ITSELF = frozenset({Because.COOLDOWN, Because.RESUME_AFTER})
"""Wakes for which a time came, or a policy's end; the others are somebody's doing, and are not waited for."""
LONG = frozenset({Because.PERSON, Because.KEEP_AWAKE, Because.CONTESTED})
"""Reasons that are a decision to stay awake; the others merely cool down."""
DEFAULT_COOLDOWN = timedelta(minutes=30)
_TOLD: Mapping[Because, str] = {
    Because.COOLDOWN: "no policy wanted it asleep any more",
    Because.PERSON: "somebody woke it, scaled it up or excluded it",
    Because.KEEP_AWAKE: "somebody keeps it awake",
    Because.DEPLOY: "a deploy came in",
    Because.RESUME_AFTER: "it had slept for as long as a window's policy wants",
    Because.CONTESTED: "something scaled it up again and again",
}
MEMORY_OF_A_WAKE = timedelta(hours=24)
LONGEST_WAKE = timedelta(days=7)
CONTESTED_FOR = timedelta(hours=24)


def tell_wake(note: WakeNote) -> str:
    """Why a workload woke, as far as its note tells."""
    if note.because is Because.PERSON and note.by:
        return f"woken by {note.by}: {note.reason}" if note.reason else f"woken by {note.by}"
    return _TOLD.get(note.because, str(note.because))


def note_of_wake(
    because: Because,
    now: datetime,
    *,
    cooldown: timedelta,
    wishes: Iterable[Wish] = (),
    previous: WakeNote | None = None,
    until: datetime | None = None,
    window_end: datetime | None = None,
    by: str = "",
    reason: str = "",
) -> WakeNote:
    """The note that a wake leaves behind.

    `until` is a time that a person named (`--for`) and wins, whatever the clock says here. A person's wake otherwise
    holds to the end of the running window of every policy that wanted the workload asleep; where none has a schedule,
    for the cooldown, and for twice as long as the last time where a person had to wake it within a day before, at most
    7 days. A timer's or a policy's end holds for the cooldown and never doubles, a contested sleep's for a day. What
    slept for its policy's `resumeAfter` inside a window is not put to sleep again before that window ends
    (`window_end`). `by` and `reason` decide nothing.
    """
    if until is None:
        until = _until(because, now, cooldown, tuple(wishes), previous, window_end)
    return WakeNote(resumed_at=now, awake_until=until, because=because, by=by, reason=reason)


def _until(
    because: Because,
    now: datetime,
    cooldown: timedelta,
    wishes: tuple[Wish, ...],
    previous: WakeNote | None,
    window_end: datetime | None,
) -> datetime:
    match because:
        case Because.PERSON:
            ends = [wish.until for wish in wishes if wish.has_schedule and wish.until is not None]
            return _persons_until(now, cooldown, [*ends, *([window_end] if window_end else [])], previous)
        case Because.RESUME_AFTER if window_end is not None:
            return max(window_end, now + cooldown)
        case Because.CONTESTED:
            return now + CONTESTED_FOR
    return now + cooldown


def _persons_until(now: datetime, cooldown: timedelta, ends: list[datetime], previous: WakeNote | None) -> datetime:
    if ends:
        return max(ends)
    if previous is not None and previous.because is Because.PERSON and now - previous.awake_until < MEMORY_OF_A_WAKE:
        length = min(2 * (previous.awake_until - previous.resumed_at), LONGEST_WAKE)
        return now + max(length, cooldown)
    return now + cooldown
