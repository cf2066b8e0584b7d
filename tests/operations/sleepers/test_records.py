import pytest
from sleepers import copy_of, sleeper

from activities.errors import Call, Denied
from operations.errors import NoUsableRecord
from operations.sleepers.records import read_carried, read_copied
from policies.errors import InvalidAnnotation
from policies.sleep.record_copies import RecordCopy
from policies.workload import WorkloadRef

GARBAGE = sleeper("a", original="many")
DAMAGE = InvalidAnnotation("finops.io/original-replicas", "many", "a whole number of at least 1")


def test_a_record_whose_count_is_garbage_cannot_be_used() -> None:
    with pytest.raises(InvalidAnnotation, match="original-replicas"):
        read_carried(GARBAGE)


def test_a_record_whose_count_alone_is_readable_is_enough_to_wake() -> None:
    broken = sleeper("a")
    broken = broken.model_copy(update={"annotations": broken.annotations | {"finops.io/paused-at": "yesterday"}})
    assert read_carried(broken).original_replicas == 3


def test_the_copy_of_a_replica_set_tells_what_the_sleeper_does_not() -> None:
    assert read_copied(GARBAGE, DAMAGE, lambda ref: [copy_of("a", original="4")]).original_replicas == 4


def test_without_a_copy_it_is_said_how_to_do_it_by_hand() -> None:
    with pytest.raises(
        NoUsableRecord, match=r"'many'.*no ReplicaSet has a copy.*kubectl -n dev-shop scale deployment a"
    ):
        read_copied(GARBAGE, DAMAGE, lambda ref: [copy_of("a", pause_id="another")])


def test_a_missing_right_to_ask_for_copies_is_told_beside_the_damage() -> None:
    def refuse(ref: WorkloadRef) -> list[RecordCopy]:
        raise Denied(Call(verb="list", resource="replicasets", group="apps"), status=403)

    with pytest.raises(NoUsableRecord, match=r"'many'.*list replicasets.apps is missing.*kubectl"):
        read_copied(GARBAGE, DAMAGE, refuse)
