from datetime import UTC, datetime, timedelta
from typing import cast

from cases import workload
from sleepers import copy_of, sleeper

from activities.errors import Call, Conflict, Unreachable
from activities.kube.workloads.workloads import Workloads
from operations.sleepers.direct import CONFLICTS, WokenDirectly, wake_directly
from policies import annotations as notes
from policies.annotations import AnnotationPatch
from policies.keys import WorkloadKey
from policies.sleep.messages import WakeRequest
from policies.sleep.record_copies import RecordCopy
from policies.workload import Workload, WorkloadRef, Writer

CALL = Call(verb="patch", resource="deployments", server="https://cluster")


class Shelf:
    """One Deployment behind the write protocol: each write needs the version it has, and some conflict anyway."""

    def __init__(self, held: Workload, *, conflicts: int = 0, down: bool = False) -> None:
        self.held = held
        self.writes = 0
        self._conflicts = conflicts
        self._down = down

    def as_workloads(self) -> Workloads:
        return cast("Workloads", self)

    def read(self, key: WorkloadKey) -> Workload | None:
        return self.held

    def give_back(self, ref: WorkloadRef, resource_version: str, replicas: int) -> str:
        return self._write(resource_version, {"replicas": replicas})

    def annotate(self, ref: WorkloadRef, resource_version: str, patch: AnnotationPatch) -> Workload:
        merged = {**self.held.annotations, **patch}
        self._write(resource_version, {"annotations": {key: text for key, text in merged.items() if text is not None}})
        return self.held

    def _write(self, resource_version: str, changes: dict[str, object]) -> str:
        self.writes += 1
        if self._down:
            raise Unreachable(CALL, "connection refused")
        if self._conflicts or resource_version != self.held.resource_version:
            self._conflicts -= 1
            raise Conflict(CALL)
        version = str(int(resource_version) + 1)
        self.held = self.held.model_copy(update={**changes, "resource_version": version})
        return version


def wake(shelf: Shelf, until: datetime | None = None, *copies: RecordCopy) -> WokenDirectly:
    return wake_directly(
        shelf.as_workloads(), lambda ref: copies, shelf.held, WakeRequest(by="me@here", reason="a demo", until=until)
    )


def test_a_sleeper_gets_its_count_back_in_two_writes_and_keeps_only_the_note() -> None:
    shelf = Shelf(sleeper("a", original="4"))
    woken = wake(shelf)
    assert (woken.woken, shelf.held.replicas, shelf.writes) == (True, 4, 2)
    assert not notes.is_annotated(shelf.held.annotations)
    note = notes.read_note(shelf.held.annotations)
    assert note is not None
    assert (note.because, note.by, note.reason) == (notes.Because.PERSON, "me@here", "a demo")


def test_a_zero_that_somebody_chose_since_loses_its_record_and_stays() -> None:
    owner = Writer(manager="kustomize-controller", operation="Apply", writes_spec=True, owns_replicas=True)
    shelf = Shelf(sleeper("a", original="4").model_copy(update={"writers": (owner,)}))
    woken = wake(shelf)
    assert (woken.woken, shelf.held.replicas, shelf.writes) == (True, 0, 1)
    assert "kustomize-controller wants it at zero" in woken.sentence
    assert not notes.is_annotated(shelf.held.annotations)


def test_conflicts_are_read_and_decided_anew() -> None:
    shelf = Shelf(sleeper("a"), conflicts=3)
    woken = wake(shelf)
    assert (woken.woken, "awake with 3 replicas" in woken.sentence) == (True, True)


def test_a_workload_that_changes_all_the_time_is_given_up_with_a_sentence() -> None:
    shelf = Shelf(sleeper("a"), conflicts=CONFLICTS + 1)
    woken = wake(shelf)
    assert (woken.woken, "try again" in woken.sentence) == (False, True)


def test_a_garbage_count_changes_nothing_and_says_how_to_do_it_by_hand() -> None:
    shelf = Shelf(sleeper("a", original="many"))
    woken = wake(shelf)
    assert (woken.woken, shelf.writes) == (False, 0)
    assert "kubectl -n dev-shop scale deployment a" in woken.sentence


def test_a_garbage_count_gives_way_to_the_copy_of_a_replica_set() -> None:
    shelf = Shelf(sleeper("a", original="many"))
    assert wake(shelf, None, copy_of("a", original="4")).woken
    assert (shelf.held.replicas, notes.is_annotated(shelf.held.annotations)) == (4, False)


def test_a_cluster_that_goes_away_is_a_sentence() -> None:
    shelf = Shelf(sleeper("a"), down=True)
    woken = wake(shelf)
    assert (woken.woken, "cannot be reached" in woken.sentence) == (False, True)


def test_a_record_on_a_running_workload_is_taken_away_and_nothing_is_scaled() -> None:
    stale = workload(name="a", annotations=sleeper("a").annotations)
    shelf = Shelf(stale)
    assert wake(shelf).woken
    assert (shelf.held.replicas, shelf.writes) == (3, 1)


def awake_until(changes: dict[str, str], until: datetime | None) -> datetime:
    asleep = sleeper("a")
    shelf = Shelf(asleep.model_copy(update={"annotations": asleep.annotations | changes}))
    wake(shelf, until)
    note = notes.read_note(shelf.held.annotations)
    assert note is not None
    return note.awake_until


def test_it_stays_awake_until_the_time_that_the_caller_named() -> None:
    named = datetime(2100, 1, 1, tzinfo=UTC)
    assert awake_until({"finops.io/resume-at": "2099-01-01T00:00:00Z"}, named) == named


def test_else_until_it_would_have_woken() -> None:
    assert awake_until({"finops.io/resume-at": "2099-01-01T00:00:00Z"}, None) == datetime(2099, 1, 1, tzinfo=UTC)


def test_else_for_a_day() -> None:
    left = awake_until({}, None) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=50) < left <= timedelta(hours=24)
