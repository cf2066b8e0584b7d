"""What a workload carries of ours, for those to whom damage and absence are the same: nothing is known then. And why
it is awake, in words.
"""

from policies.annotations import Annotations, Because, PauseRecord, WakeNote, read_note, read_pause, tell_because
from policies.errors import InvalidAnnotation


def readable_pause(annotations: Annotations) -> PauseRecord | None:
    """The record of a sleep; None where there is none, or where it cannot be read."""
    try:
        return read_pause(annotations)
    except InvalidAnnotation:
        return None


def readable_note(annotations: Annotations) -> WakeNote | None:
    """The note of a wake; None where there is none, or where it cannot be read."""
    try:
        return read_note(annotations)
    except InvalidAnnotation:
        return None


def describe_awake(because: str, by: str, reason: str) -> str:
    """Why it is awake, who asked for that, and what they said: `anna@laptop woke it: demo at four`."""
    why = tell_because(because) if because else ""
    if by and because == Because.PERSON:
        why = f"{by} woke it"
    elif by:
        why = f"{by} keeps it awake" if because == Because.KEEP_AWAKE else f"{why} ({by})"
    return f"{why}: {reason}" if reason else why
