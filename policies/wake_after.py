"""The annotation `finops.io/wake-after`: what a workload waits for when it wakes."""

from policies.annotations import WAKE_AFTER, Annotations
from policies.errors import InvalidAnnotation
from policies.workload import WorkloadRef, parse_ref

MOST_TARGETS = 16
"""Each is read at every look."""


def targets_of(annotations: Annotations) -> tuple[WorkloadRef, ...]:
    """What a workload waits for. Raises InvalidAnnotation."""
    text = annotations.get(WAKE_AFTER, "")
    names = [part.strip() for part in text.split(",")] if text.strip() else []
    refs = tuple(dict.fromkeys(ref for name in names if (ref := parse_ref(name)) is not None))
    if len(refs) > MOST_TARGETS or not all(map(parse_ref, names)):
        expected = f"at most {MOST_TARGETS} of NAMESPACE/NAME, with a comma between them"
        raise InvalidAnnotation(WAKE_AFTER, text, expected)
    return refs


def readable_targets(annotations: Annotations) -> tuple[WorkloadRef, ...]:
    """The same, and nothing where it cannot be read."""
    try:
        return targets_of(annotations)
    except InvalidAnnotation:
        return ()
