"""What a workload carries of ours, for those to whom damage and absence are the same: nothing is known then."""

from policies.annotations import Annotations, PauseRecord, WakeNote, read_note, read_pause
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
