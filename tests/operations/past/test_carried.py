"""What the cluster has of a workload's sleeps."""

from cases import workload
from sleepers import copy_of

from operations.past.carried import collect_carried
from policies.sleep.record_copies import RecordCopy


def test_a_copy_that_cannot_be_read_is_shown_with_what_is_wrong() -> None:
    halves = (copy_of("a", 2, original="many"), RecordCopy(replica_set="a-1", annotations={"finops.io/pause-id": "p"}))
    carried = collect_carried(workload(name="a", replicas=0), halves, "")
    assert [copy.record for copy in carried.copies] == [None, None]
    assert "'many'" in carried.copies[0].trouble
    assert (carried.copies[1].pause_id, carried.copies[1].trouble) == ("p", "it carries no finops.io/paused")
