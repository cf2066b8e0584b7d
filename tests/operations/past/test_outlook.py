"""What is said of a workload at zero."""

from datetime import timedelta
from typing import Any

import pytest
from cases import NOW, workload
from sleepers import copy_of, sleeper

from operations.past.carried import Copies
from operations.past.hibernation_runs import HibernationRun, KnownRuns
from operations.past.outlook import look_ahead
from policies.workload import Workload

BARE = workload(name="a", replicas=0)
DAMAGED = sleeper("a", original="many")
HALF = sleeper("a").model_copy(
    update={"annotations": sleeper("a").annotations | {"finops.io/paused-at": "yesterday", "finops.io/pause-id": "p-9"}}
)


def run(**changes: Any) -> HibernationRun:
    """A hibernation that ended, an hour ago."""
    ended: dict[str, Any] = {
        "run_id": "r",
        "uid": "u1",
        "status": "completed",
        "began": NOW - timedelta(hours=9),
        "ended": NOW - timedelta(hours=1),
        "outcome": "woken",
        "original_replicas": 2,
    }
    return HibernationRun(**(ended | changes))


def running(phase: str, **changes: Any) -> HibernationRun:
    return run(status="running", phase=phase, ended=None, outcome="", **changes)


def known(*runs: HibernationRun) -> KnownRuns:
    return KnownRuns(
        server="127.0.0.1:7233", asked_at=NOW, since=NOW - timedelta(days=90), kept_days=90, hibernations=runs
    )


@pytest.mark.parametrize(
    ("told", "seen", "copies", "runs"),
    [
        ("", workload(replicas=3), (), known()),
        ("", sleeper("a"), (), known(running("asleep"))),
        ("", sleeper("a"), (), known(running("pausing"))),
        ("", sleeper("a"), (), None),
        ("no hibernation of it is open: it is adopted", sleeper("a"), (), known(run())),
        ("takes it for awake", sleeper("a"), (), known(running("cooling"))),
        ("under another installation (them)", sleeper("a", instance="them"), (), known()),
        ("its record was taken away", BARE, (), known(running("asleep"))),
        ("its open hibernation writes it again", DAMAGED, (copy_of("a"),), known(running("asleep"))),
        ("with the copy on ReplicaSet a-1: 3 replicas", DAMAGED, (copy_of("a"),), known()),
    ],
    ids=[
        "it runs",
        "asleep",
        "just asleep, and visibility is behind",
        "asleep, Temporal down",
        "its workflow lost",
        "its workflow thinks it awake",
        "a stranger's",
        "stripped",
        "damaged, with a hibernation",
        "damaged, with a copy",
    ],
)
def test_what_somebody_will_give_back_needs_nobodys_hand(
    told: str, seen: Workload, copies: Copies, runs: KnownRuns | None
) -> None:
    outlook = look_ahead(seen, copies, runs, "me")
    assert told in outlook.sentence
    assert (outlook.sentence == "", outlook.untouched, outlook.by_hand) == (told == "", False, "")


@pytest.mark.parametrize(
    ("count", "source", "seen", "copies", "runs"),
    [
        (None, "", BARE, (), known()),
        (2, "its hibernation, woken", BARE, (), known(run())),
        (2, "its hibernation, terminated", BARE, (), known(run(outcome="", status="terminated"))),
        (3, "the copy on ReplicaSet a-1", BARE, (copy_of("a"),), known(run())),
        (2, "its hibernation", BARE, (copy_of("a"),), known(run(began=NOW))),
        (None, "", BARE, (), known(run(uid="of another Deployment"))),
        (2, "its hibernation", BARE, (), known(running("awake"))),
        (None, "", BARE, (), known(running("asleep", uid="of another Deployment"))),
        (None, "", DAMAGED, (copy_of("a", original="many"),), known()),
        (3, "(pause-id another)", DAMAGED, (copy_of("a", pause_id="another"),), known()),
        (3, "its own finops.io/original-replicas", HALF, (), known(run())),
    ],
    ids=[
        "nobody knows",
        "a hibernation knows",
        "one that was terminated knows",
        "the copy is of a later pause",
        "the hibernation is of a later pause",
        "that was another Deployment",
        "its hibernation keeps it awake",
        "the open hibernation is of another Deployment",
        "damaged, and the copy too",
        "damaged, and the copy is of another pause",
        "its count can be read",
    ],
)
def test_what_nobody_will_touch_is_said_with_the_last_known_count_and_how_to_give_it_back(
    count: int | None, source: str, seen: Workload, copies: Copies, runs: KnownRuns
) -> None:
    outlook = look_ahead(seen, copies, runs, "me")
    assert "finops will not touch it" in outlook.sentence
    assert outlook.untouched
    known = outlook.last_known
    assert (None if known is None else known.replicas) == count
    assert source in ("" if known is None else known.source)
    assert outlook.by_hand == f"kubectl -n dev-shop scale deployment a --replicas {'N' if count is None else count}"


@pytest.mark.parametrize(
    ("seen", "copies", "runs"),
    [(BARE, (), None), (DAMAGED, (), None), (DAMAGED, None, known())],
    ids=["Temporal down", "damaged, Temporal down", "damaged, copies forbidden"],
)
def test_what_could_not_be_asked_is_never_said_for_certain(
    seen: Workload, copies: Copies, runs: KnownRuns | None
) -> None:
    outlook = look_ahead(seen, copies, runs, "me")
    assert not outlook.untouched
    assert outlook.by_hand
