"""What kubectl and helm do to a sleeper and to a workload that was woken, and what the product makes of it."""

import pytest
from encounters import ENCOUNTERS, ORIGINAL, Encounter, Look, Record
from meetings import Meeting

pytestmark = [pytest.mark.cluster, pytest.mark.temporal, pytest.mark.thorough]

Met = dict[tuple[Encounter, bool], Meeting]
each_encounter = pytest.mark.parametrize("encounter", ENCOUNTERS, ids=lambda encounter: encounter.name)


def record_of(meeting: Meeting) -> Record:
    """What is left of the record right after the commands."""
    written = meeting.before.carried["pause-id"]
    found = meeting.after.carried.get("pause-id")
    return Record.STRIPPED if found is None else Record.KEPT if found == written else Record.AN_OLD_ONE


@each_encounter
def test_no_command_fails_because_its_deployment_sleeps(met: Met, encounter: Encounter) -> None:
    meeting = met[encounter, True]
    assert meeting.done is not None
    assert meeting.done.returncode == encounter.exits, meeting.done.stderr
    assert meeting.after.replicas == encounter.asleep
    assert record_of(meeting) is encounter.record


@each_encounter
def test_the_product_makes_of_it_what_the_table_says(met: Met, encounter: Encounter) -> None:
    meeting = met[encounter, True]
    later, original_scales = meeting.later, 1
    match encounter.look:
        case Look.STAYS | Look.RESTORED:
            assert later.replicas == 0
            assert {key: later.carried.get(key) for key in meeting.before.carried} == dict(meeting.before.carried)
        case Look.WAKES:
            original_scales = 2
            assert later.replicas == ORIGINAL
            assert later.image == meeting.after.image
            assert later.carried["awake-because"] in {"deploy", "person"}
        case Look.LEFT:
            assert later.replicas == encounter.asleep
            assert later.carried["awake-because"] == "person"
        case Look.GONE:
            assert meeting.result is not None
            assert meeting.result.outcome == "gone"
            assert (later.replicas, later.uid, later.carried) == (meeting.after.replicas, meeting.after.uid, {})
    assert ("paused" in later.carried) is (encounter.look in {Look.STAYS, Look.RESTORED})
    assert meeting.scaled == original_scales


@each_encounter
def test_after_a_wake_it_works_as_if_there_had_been_no_sleep(met: Met, encounter: Encounter) -> None:
    meeting = met[encounter, False]
    assert meeting.done is not None
    assert meeting.done.returncode == 0, meeting.done.stderr
    assert meeting.after.replicas == encounter.awake
    assert meeting.later.replicas == encounter.awake
    assert "paused" not in meeting.later.carried
    assert meeting.scaled == 2
