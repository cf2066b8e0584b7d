"""The annotation `finops.io/wake-after`: what a workload waits for when it wakes."""

from policies.annotations import WAKE_AFTER, Annotations
from policies.errors import InvalidAnnotation
from policies.keys import WorkloadKey, parse_key

MOST_TARGETS = 16
"""Each is read at every look."""


def targets_of(annotations: Annotations) -> tuple[WorkloadKey, ...]:
    """What a workload waits for. Raises InvalidAnnotation."""
    text = annotations.get(WAKE_AFTER, "")
    names = [part.strip() for part in text.split(",")] if text.strip() else []
    keys = tuple(dict.fromkeys(key for name in names if (key := parse_key(name)) is not None))
    if len(keys) > MOST_TARGETS or not all(map(parse_key, names)):
        expected = f"at most {MOST_TARGETS} of NAMESPACE/NAME, with a comma between them"
        raise InvalidAnnotation(WAKE_AFTER, text, expected)
    return keys


def readable_targets(annotations: Annotations) -> tuple[WorkloadKey, ...]:
    """The same, and nothing where it cannot be read."""
    try:
        return targets_of(annotations)
    except InvalidAnnotation:
        return ()
