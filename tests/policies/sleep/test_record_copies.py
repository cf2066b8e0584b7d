"""Which copy of a record may stand in for the record itself."""

import pytest
from sleepers import copy_of, sleeper

from policies.sleep.record_copies import RecordCopy, find_copy

DAMAGED = sleeper("a", original="many").annotations


@pytest.mark.parametrize(
    ("count", "copies"),
    [
        (None, ()),
        (3, (copy_of("a"),)),
        (3, (copy_of("a", 2, original="many"), copy_of("a", 1))),
        (5, (copy_of("a", 2, original="5"), copy_of("a", 1))),
        (None, (copy_of("a", pause_id="older"),)),
        (None, (copy_of("a", instance="them"),)),
        (None, (copy_of("a", original="0"),)),
        (None, (RecordCopy(replica_set="a-1", annotations={"finops.io/pause-id": "p-1"}),)),
    ],
    ids=[
        "no copy",
        "one copy",
        "the newest shares the damage",
        "the newest readable one counts",
        "of another pause",
        "of another installation",
        "as damaged",
        "a pause-id alone",
    ],
)
def test_only_a_readable_copy_of_the_very_pause_counts(count: int | None, copies: tuple[RecordCopy, ...]) -> None:
    found = find_copy(DAMAGED, copies)
    assert (None if found is None else found.record.original_replicas) == count


def test_a_sleeper_without_a_pause_id_has_no_copy() -> None:
    nameless = {key: value for key, value in DAMAGED.items() if key != "finops.io/pause-id"}
    assert find_copy(nameless, (copy_of("a", pause_id=""),)) is None
