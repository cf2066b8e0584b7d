"""What a read of one workload proves, and when it is asked whether this is the right cluster at all."""

from datetime import UTC, datetime
from typing import cast

import pytest
from cases import workload
from temporalio.testing import ActivityEnvironment

from activities.clocks import Clocks
from activities.errors import IdentityMismatch
from activities.hibernation.look import ConsultActivities
from activities.hibernation.orders import ConsultOrder
from activities.kube.workloads.workloads import Workloads
from activities.snapshot import Snapshot
from policies.keys import WorkloadKey
from policies.sleep.review import Consultation
from policies.workload import Workload, WorkloadRef

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class Shelf:
    """Answers every read with one Deployment, or with none."""

    def __init__(self, held: Workload | None) -> None:
        self._held = held

    def read(self, key: WorkloadKey) -> Workload | None:
        return self._held


def elsewhere() -> None:
    raise IdentityMismatch(expected="uid:here", found="uid:there")


def consult(held: Workload | None, uid: str = "u1", *, here: bool) -> Consultation:
    activities = ConsultActivities(
        cast("Workloads", Shelf(held)),
        lambda: Snapshot(read_at=NOW),
        (lambda: None) if here else elsewhere,
        lambda _: None,
        Clocks(lambda: None),
        lambda _: {},
    )
    ref = WorkloadRef(namespace="dev-shop", name="checkout", uid=uid)
    consulted: Consultation = ActivityEnvironment().run(activities.consult, ConsultOrder(ref=ref, now=NOW))
    return consulted


@pytest.mark.parametrize("held", [None, workload()], ids=["missing", "another object of its name"])
def test_in_the_wrong_cluster_it_proves_nothing(held: Workload | None) -> None:
    with pytest.raises(IdentityMismatch):
        consult(held, uid="u-old", here=False)


def test_in_the_right_cluster_missing_is_missing() -> None:
    assert consult(None, here=True).seen is None


def test_the_very_object_needs_no_further_look() -> None:
    assert consult(workload(), here=False).seen is not None
